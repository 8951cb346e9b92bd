/**
 * Random numbers that are a pure function of (seed, purpose, step, index): {@link scanline.engine.random.RandomKey}.
 * No class here has state, so neither the order of the draws nor the number of threads can change a result.
 */
@NullMarked
package scanline.engine.random;

import org.jspecify.annotations.NullMarked;
