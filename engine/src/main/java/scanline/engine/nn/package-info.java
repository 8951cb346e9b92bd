/** Layers: plain classes whose first constructor argument makes their parameters, and whose forward is their formula. */
@NullMarked
package scanline.engine.nn;

import org.jspecify.annotations.NullMarked;
