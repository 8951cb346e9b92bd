/** Files that survive a crash or a power failure, and texts quoted from them. */
@NullMarked
package scanline.engine.file;

import org.jspecify.annotations.NullMarked;
