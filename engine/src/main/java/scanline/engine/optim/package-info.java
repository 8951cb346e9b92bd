/**
 * Optimizers. {@link scanline.engine.optim.Optimizer} updates the parameters of a model by an {@link
 * scanline.engine.optim.UpdateRule}, such as {@link scanline.engine.optim.Adam} or {@link scanline.engine.optim.Sgd}.
 * {@link scanline.engine.optim.ParameterGroup} treats some parameters differently; {@link
 * scanline.engine.optim.Schedule} changes the learning rate, {@link scanline.engine.optim.Clipping} limits the
 * gradients, and {@link scanline.engine.optim.MovingAverage} averages the weights.
 */
@NullMarked
package scanline.engine.optim;

import org.jspecify.annotations.NullMarked;
