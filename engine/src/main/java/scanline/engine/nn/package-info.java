/** Layers. */
@NullMarked
package scanline.engine.nn;

import org.jspecify.annotations.NullMarked;
