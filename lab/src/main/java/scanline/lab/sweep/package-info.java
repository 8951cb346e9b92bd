/** Grids of runs: every combination of some keys' values, over some seeds, as processes of this machine. */
@NullMarked
package scanline.lab.sweep;

import org.jspecify.annotations.NullMarked;
