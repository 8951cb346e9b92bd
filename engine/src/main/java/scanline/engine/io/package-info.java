/**
 * Tensors in files of the safetensors format. {@link scanline.engine.io.WeightsFile} saves and loads the weights of a
 * model; {@link scanline.engine.io.LoadOptions} says which names change and what may be missing, and {@link
 * scanline.engine.io.LoadReport} what did not match. {@link scanline.engine.io.SafeTensors} reads and writes any
 * tensors. Every failure is an {@link java.io.IOException} whose message is one line that names the file and the
 * problem.
 */
@NullMarked
package scanline.engine.io;

import org.jspecify.annotations.NullMarked;
