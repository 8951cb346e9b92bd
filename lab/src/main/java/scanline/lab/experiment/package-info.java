/**
 * Experiments: a recipe with its data opened and its model built. Start with {@link
 * scanline.lab.experiment.Experiment}, which evaluates and predicts, and {@link scanline.lab.experiment.Compute}, what
 * it is computed with. {@link scanline.lab.experiment.Learner} takes the training steps, and {@link
 * scanline.lab.experiment.Splits} divides the data.
 */
@NullMarked
package scanline.lab.experiment;

import org.jspecify.annotations.NullMarked;
