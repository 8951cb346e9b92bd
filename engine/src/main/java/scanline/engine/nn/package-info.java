/**
 * Layers. Each is a plain class whose constructor creates its parameters, through its first argument, and whose
 * {@code forward} method is its formula.
 */
@NullMarked
package scanline.engine.nn;

import org.jspecify.annotations.NullMarked;
