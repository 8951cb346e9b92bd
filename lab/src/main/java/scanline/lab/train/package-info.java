/** Training, evaluation, and the folder in which a run keeps everything that it was and has become. */
@NullMarked
package scanline.lab.train;

import org.jspecify.annotations.NullMarked;
