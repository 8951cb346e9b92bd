/**
 * The description of a computation that operations, backends and kernels share: sizes, masks, kinds of cells, and the
 * layout of values in memory. A model needs few of them: {@link scanline.engine.geometry.CellKind}, {@link
 * scanline.engine.geometry.Mask} and {@link scanline.engine.geometry.Nonlinearity}. The rest are the arguments of a
 * backend. Groups of blocks have the same record type at all three levels, see {@link
 * scanline.engine.geometry.Blocks}.
 */
@NullMarked
package scanline.engine.geometry;

import org.jspecify.annotations.NullMarked;
