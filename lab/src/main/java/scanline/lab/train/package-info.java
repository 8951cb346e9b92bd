/** Training: from a new or a stopped run to its result. */
@NullMarked
package scanline.lab.train;

import org.jspecify.annotations.NullMarked;
