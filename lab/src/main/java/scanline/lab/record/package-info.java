/** Records of runs, small enough to be committed, and checks that training reproduces them. */
@NullMarked
package scanline.lab.record;

import org.jspecify.annotations.NullMarked;
