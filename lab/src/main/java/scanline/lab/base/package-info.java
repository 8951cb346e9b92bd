/** Shared basics of the lab's packages: JSON, numbers, errors about runs, and child processes. */
@NullMarked
package scanline.lab.base;

import org.jspecify.annotations.NullMarked;
