/** Sweeps: every combination of the values of some keys, with one or more seeds, each run in its own process. */
@NullMarked
package scanline.lab.sweep;

import org.jspecify.annotations.NullMarked;
