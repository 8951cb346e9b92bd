/** The backends that run on the processor: the fast one, and the plain one that specifies it. */
@NullMarked
package scanline.engine.cpu;

import org.jspecify.annotations.NullMarked;
