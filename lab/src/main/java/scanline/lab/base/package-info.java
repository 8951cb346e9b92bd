/** What every room uses: the errors that a user causes, JSON, file names, hashes, and processes of this program. */
@NullMarked
package scanline.lab.base;

import org.jspecify.annotations.NullMarked;
