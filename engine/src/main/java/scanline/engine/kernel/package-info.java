/** Static methods over {@code float[]}: the only place that uses the Vector API. */
@NullMarked
package scanline.engine.kernel;

import org.jspecify.annotations.NullMarked;
