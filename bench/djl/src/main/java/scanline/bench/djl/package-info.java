/** DJL (Deep Java Library) beside Scanline, on its PyTorch engine: a program of its own, on the class path. */
@NullMarked
package scanline.bench.djl;

import org.jspecify.annotations.NullMarked;
