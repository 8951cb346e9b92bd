/** Optimizers: update rules, gradient clipping and learning rate schedules. */
@NullMarked
package scanline.engine.optim;

import org.jspecify.annotations.NullMarked;
