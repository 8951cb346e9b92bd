/**
 * What a backend implements: the operations of a processor on its own memory. {@link scanline.engine.backend.Backend}
 * has those that every backend needs; each {@code Fused...} interface has a group that a backend may compute faster as
 * a whole.
 */
@NullMarked
package scanline.engine.backend;

import org.jspecify.annotations.NullMarked;
