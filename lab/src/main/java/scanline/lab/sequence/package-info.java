/** Reading order: scans that turn a picture into a sequence, and batches of sequences. */
@NullMarked
package scanline.lab.sequence;

import org.jspecify.annotations.NullMarked;
