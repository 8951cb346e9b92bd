/** What the modules above the engine share: errors that a user causes, file names, texts, hashes, and files of a module or jar. */
@NullMarked
package scanline.data.base;

import org.jspecify.annotations.NullMarked;
