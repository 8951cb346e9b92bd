/** Records of runs, small enough to be committed, and whether what is trained again comes to the same. */
@NullMarked
package scanline.lab.record;

import org.jspecify.annotations.NullMarked;
