/** Scan orders that convert a picture to a sequence, and batches of sequences. */
@NullMarked
package scanline.lab.sequence;

import org.jspecify.annotations.NullMarked;
