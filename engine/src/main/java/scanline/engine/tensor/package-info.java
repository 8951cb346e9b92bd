/** Tensors, the tape that undoes operations, and the operations themselves. */
@NullMarked
package scanline.engine.tensor;

import org.jspecify.annotations.NullMarked;
