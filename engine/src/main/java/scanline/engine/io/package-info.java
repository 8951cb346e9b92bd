/**
 * Tensors in files of the safetensors format. Every failure is an {@link java.io.IOException} whose message is one line
 * that names the file and the problem.
 */
@NullMarked
package scanline.engine.io;

import org.jspecify.annotations.NullMarked;
