package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.MatmulShape;

/**
 * Batches of products of two matrices, [rows, depth] and [depth, columns]. A single product is divided among all
 * threads, which pack its right operand together; of several products, each thread computes some alone. Every element
 * is the same chain of fused multiply-adds either way.
 */
public final class Matmul {
    private Matmul() {}

    /** The products of a batch that a member computes, and whom it shares them with. */
    private record Part(int first, int end, int member, int members, int packed) {
        static Part of(MatmulShape shape, int space, int part, int parts) {
            return shape.batch() == 1
                    ? new Part(0, 1, part, parts, Lanes.FIRST)
                    : new Part(Parallel.from(part, parts, shape.batch()), Parallel.from(part + 1, parts, shape.batch()),
                            0, 1, Lanes.FIRST + part * space);
        }

        int from(int n) {
            return Parallel.from(member, members, n);
        }

        int to(int n) {
            return Parallel.from(member + 1, members, n);
        }
    }

    private static int work(MatmulShape shape, int space, int threads) {
        return Lanes.FIRST + (shape.batch() == 1 ? 1 : threads) * space;
    }

    private static int forwardSpace(MatmulShape shape) {
        return Lanes.lines(Gemm.packedLength(shape.depth(), shape.columns()));
    }

    private static int backwardSpace(MatmulShape shape) {
        return Lanes.lines(Gemm.packedLength(shape.columns(), shape.depth()))
                + Lanes.lines(Gemm.packedLength(shape.rows(), shape.columns()));
    }

    /** The work space of {@link #forward}, in floats. */
    public static int forwardWork(MatmulShape shape, int threads) {
        return work(shape, forwardSpace(shape), threads);
    }

    /** {@code y = a b} for every product of the batch. */
    public static void forward(Parallel parallel, float[] y, float[] a, float[] b, float[] work, MatmulShape shape) {
        int rows = shape.rows();
        int depth = shape.depth();
        int columns = shape.columns();
        int panels = Gemm.panels(columns);
        parallel.run(shape.products(), (index, parts) -> {
            Part part = Part.of(shape, forwardSpace(shape), index, parts);
            int panel = part.from(panels);
            int row = part.from(rows);
            int some = part.to(rows) - row;
            for (int i = part.first; i < part.end; i++) {
                Gemm.pack(work, part.packed + panel * depth * Gemm.PANEL, b, i * depth * columns, columns, depth,
                        columns, panel, part.to(panels));
                int yAt = (i * rows + row) * columns;
                Arrays.fill(y, yAt, yAt + some * columns, 0f);
                parallel.meet(part.member, part.members);
                Gemm.multiply(y, yAt, columns, y, yAt, columns, a, (i * rows + row) * depth, depth, work, part.packed,
                        some, depth, columns);
            }
        });
    }

    /** The work space of {@link #backward}, in floats. */
    public static int backwardWork(MatmulShape shape, int threads) {
        return work(shape, backwardSpace(shape), threads);
    }

    /** {@code da += dy b^T, db += a^T dy} for every product of the batch; each is skipped if null. */
    public static void backward(Parallel parallel, float @Nullable [] da, float @Nullable [] db, float[] dy, float[] a,
            float[] b, float[] work, MatmulShape shape) {
        parallel.run(shape.products(), (index, parts) -> {
            Part part = Part.of(shape, backwardSpace(shape), index, parts);
            for (int i = part.first; i < part.end; i++) {
                if (da != null) {
                    addLeft(parallel, da, dy, b, work, i, part, shape);
                }
                // The operands may be the same tensor, whose gradient every member then adds to twice.
                parallel.meet(part.member, part.members);
                if (db != null) {
                    addRight(parallel, db, dy, a, work, i, part, shape);
                }
            }
        });
    }

    private static void addLeft(Parallel parallel, float[] da, float[] dy, float[] b, float[] work, int i, Part part,
            MatmulShape shape) {
        int depth = shape.depth();
        int columns = shape.columns();
        int panels = Gemm.panels(depth);
        int panel = part.from(panels);
        Gemm.packTransposed(work, part.packed + panel * columns * Gemm.PANEL, b, i * depth * columns, columns, columns,
                depth, panel, part.to(panels));
        parallel.meet(part.member, part.members);
        int row = part.from(shape.rows());
        int at = (i * shape.rows() + row) * depth;
        Gemm.multiply(da, at, depth, da, at, depth, dy, (i * shape.rows() + row) * columns, columns, work, part.packed,
                part.to(shape.rows()) - row, columns, depth);
    }

    private static void addRight(Parallel parallel, float[] db, float[] dy, float[] a, float[] work, int i, Part part,
            MatmulShape shape) {
        int rows = shape.rows();
        int depth = shape.depth();
        int columns = shape.columns();
        int panels = Gemm.panels(columns);
        int panel = part.from(panels);
        int packed = part.packed + Lanes.lines(Gemm.packedLength(columns, depth));
        Gemm.pack(work, packed + panel * rows * Gemm.PANEL, dy, i * rows * columns, columns, rows, columns, panel,
                part.to(panels));
        parallel.meet(part.member, part.members);
        int row = part.from(depth);
        int at = (i * depth + row) * columns;
        Gemm.multiplyTransposed(db, at, columns, db, at, columns, a, i * rows * depth + row, depth, work, packed,
                part.to(depth) - row, rows, columns);
    }
}
