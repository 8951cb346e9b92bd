/**
 * Scan orders that convert a picture to a sequence, and batches of sequences. A {@link scanline.data.sequence.Loader}
 * reads pictures in the order of a {@link scanline.data.sequence.Scan}, and returns a {@link
 * scanline.data.sequence.Batch}, whose values are the input of a pass.
 */
@NullMarked
package scanline.data.sequence;

import org.jspecify.annotations.NullMarked;
