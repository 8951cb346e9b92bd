/** Training, evaluation and the run folder. */
@NullMarked
package scanline.lab.train;

import org.jspecify.annotations.NullMarked;
