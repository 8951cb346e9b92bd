/** Timing comparisons of Scanline with PyTorch and DJL: the same work, each in its own process. */
@NullMarked
package scanline.bench.peer;

import org.jspecify.annotations.NullMarked;
