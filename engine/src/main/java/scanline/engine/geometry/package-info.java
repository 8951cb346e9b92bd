/**
 * What ops, backends and kernels agree on about a computation: sizes, masks, kinds of cells, and where its numbers lie. What
 * consists of blocks is the same record for an op, a backend and a kernel: {@link scanline.engine.geometry.Blocks}.
 */
@NullMarked
package scanline.engine.geometry;

import org.jspecify.annotations.NullMarked;
