/** Optimizers: update rules, groups of parameters, gradient clipping and learning rate schedules. */
@NullMarked
package scanline.engine.optim;

import org.jspecify.annotations.NullMarked;
