/**
 * What a backend implements: the operations of a processor on its own memory. Programs that train and predict need
 * none of this package; it is for those who write a backend, and for update rules of one's own. Read {@link
 * scanline.engine.backend.Backend} first, which has the operations that every backend needs, then {@link
 * scanline.engine.backend.Buffer}. Each {@code Fused...} interface has a group of operations that a backend may
 * compute faster as a whole.
 */
@NullMarked
package scanline.engine.backend;

import org.jspecify.annotations.NullMarked;
