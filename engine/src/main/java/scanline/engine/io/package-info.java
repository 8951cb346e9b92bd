/**
 * Files: tensors in the safetensors format, and files that are replaced whole or not at all. Every failure is an
 * {@link java.io.IOException} whose message is one line that names the file and what is wrong with it.
 */
@NullMarked
package scanline.engine.io;

import org.jspecify.annotations.NullMarked;
