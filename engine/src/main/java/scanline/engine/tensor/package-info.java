/**
 * Tensors, the tape that records their backward pass, and the operations, one file per family. This package depends
 * only on the {@link scanline.engine.backend.Backend} interface, never on the class that implements it.
 */
@NullMarked
package scanline.engine.tensor;

import org.jspecify.annotations.NullMarked;
