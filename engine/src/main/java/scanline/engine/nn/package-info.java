/**
 * Layers. Each is a plain class: its first constructor argument creates the parameters, and its {@code forward} method
 * is its formula.
 */
@NullMarked
package scanline.engine.nn;

import org.jspecify.annotations.NullMarked;
