/** Optimisers, clipping and schedules. */
@NullMarked
package scanline.engine.optim;

import org.jspecify.annotations.NullMarked;
