/**
 * Training, from a new or a stopped run to its result: {@link scanline.lab.train.TrainingSession}, which saves a run
 * when it is stopped, and {@link scanline.lab.train.Trainer}, which trains an experiment.
 */
@NullMarked
package scanline.lab.train;

import org.jspecify.annotations.NullMarked;
