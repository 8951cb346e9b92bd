/** Timing comparisons with DJL (Deep Java Library) on its PyTorch engine: a separate program on the class path. */
@NullMarked
package scanline.bench.djl;

import org.jspecify.annotations.NullMarked;
