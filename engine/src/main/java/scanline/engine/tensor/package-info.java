/**
 * Tensors, the tape that remembers how to undo what was done to them, and the ops, one file for each family. What a
 * {@link scanline.engine.tensor.Backend} computes with is its own business: this package never sees its class.
 */
@NullMarked
package scanline.engine.tensor;

import org.jspecify.annotations.NullMarked;
