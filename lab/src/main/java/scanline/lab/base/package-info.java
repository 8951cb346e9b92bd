/** Shared basics of the lab's packages: errors that a user causes, JSON, file names, hashes and child processes. */
@NullMarked
package scanline.lab.base;

import org.jspecify.annotations.NullMarked;
