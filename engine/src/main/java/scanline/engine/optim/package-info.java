/** How gradients become steps: update rules, clipping and schedules. */
@NullMarked
package scanline.engine.optim;

import org.jspecify.annotations.NullMarked;
