/** Backends for the CPU: the fast one, which uses the kernels, and the reference implementation that specifies it. */
@NullMarked
package scanline.engine.cpu;

import org.jspecify.annotations.NullMarked;
