/** Scan orders that convert a picture to a sequence, and batches of sequences. */
@NullMarked
package scanline.data.sequence;

import org.jspecify.annotations.NullMarked;
