/**
 * Files: tensors in the safetensors format, and files that are replaced atomically. Every failure is an
 * {@link java.io.IOException} whose message is one line that names the file and the problem.
 */
@NullMarked
package scanline.engine.io;

import org.jspecify.annotations.NullMarked;
