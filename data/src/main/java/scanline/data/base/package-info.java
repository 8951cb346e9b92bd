/**
 * What the modules above the engine share: errors that a user causes, file names, texts, hashes, and files of a module
 * or jar. A program meets {@link scanline.data.base.DataException}, the error of missing or damaged data.
 */
@NullMarked
package scanline.data.base;

import org.jspecify.annotations.NullMarked;
