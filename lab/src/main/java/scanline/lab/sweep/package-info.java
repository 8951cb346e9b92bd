/**
 * Sweeps: a {@link scanline.lab.sweep.Grid} has every combination of the values of some keys, with one or more seeds;
 * a {@link scanline.lab.sweep.Sweep} trains each in a process of its own, and a {@link scanline.lab.sweep.SweepTable}
 * has the results.
 */
@NullMarked
package scanline.lab.sweep;

import org.jspecify.annotations.NullMarked;
