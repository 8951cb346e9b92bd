package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalShape;
import scanline.engine.geometry.DiagonalWeights;

/**
 * A diagonal linear recurrence over whole sequences, in the matrices of {@link DiagonalMatrices}: for each tile of rows
 * a product, {@link DiagonalScan}, and another product. All but a few per cent of the work are products over many rows
 * at once. Letters: T steps, B batch, H features, N complex states.
 */
public final class DiagonalForward {
    private DiagonalForward() {}

    /** The layout of the packed weights. */
    private record Weights(int zeros, int l, int input, int output, int b, int e, int end) {
        static Weights of(DiagonalShape shape) {
            int width = shape.width();
            int l = Lanes.FIRST + Lanes.lines(width);
            int input = l + Lanes.lines(width);
            int output = input + Gemm.packedLength(shape.features(), width);
            int b = output + Gemm.packedLength(width, shape.features());
            int e = b + Lanes.lines(width * shape.features());
            return new Weights(Lanes.FIRST, l, input, output, b, e, e + Lanes.lines(width * shape.features()));
        }
    }

    /** The layout of a thread's work space: rows of inputs, states and outputs, and the states before them. */
    private record Own(int input, int states, int output, int before, int end) {
        static Own of(int at, DiagonalTiles tiles) {
            int rows = Lanes.lines(tiles.mostRows() * tiles.shape().features());
            int states = at + rows;
            int output = states + Lanes.lines(tiles.mostRows() * tiles.shape().width());
            int before = output + rows;
            return new Own(at, states, output, before,
                    before + Lanes.lines(tiles.mostSequences() * tiles.shape().width()));
        }
    }

    /** The length of the packed weights, in floats. */
    public static int packedLength(DiagonalShape shape) {
        return Weights.of(shape).end;
    }

    /** The work space in floats. */
    public static int work(DiagonalShape shape, int threads) {
        DiagonalTiles tiles = DiagonalTiles.of(shape);
        return tiles.isShared()
                ? carried(tiles) + shape.batch() * shape.width()
                : Lanes.FIRST + threads * Own.of(0, tiles).end;
    }

    /** The place of the states after a block, behind those of the block, for few sequences. */
    private static int carried(DiagonalTiles tiles) {
        return Lanes.FIRST + Lanes.lines(tiles.block() * tiles.shape().batch() * tiles.shape().width());
    }

    /**
     * Computes the outputs of all steps.
     *
     * @param y
     *            the outputs, [T, B, H]
     * @param states
     *            with {@code save} the states of all steps, in the order of {@link DiagonalTiles}; otherwise those after
     *            the last step, [B, 2 N]
     * @param before
     *            the states before the first step, [B, 2 N]; null for zeros
     */
    public static void forward(Parallel parallel, float[] y, float[] states, float @Nullable [] before, float[] u,
            DiagonalWeights<float[]> w, DiagonalKind kind, Packed packed, float[] work, DiagonalShape shape,
            boolean save) {
        Weights at = Weights.of(shape);
        DiagonalTiles tiles = DiagonalTiles.of(shape);
        float[] m = packed.values();
        Own[] owns = new Own[tiles.isShared() ? 0 : parallel.threads()];
        for (int part = 0; part < owns.length; part++) {
            owns[part] = Own.of(Lanes.FIRST + part * Own.of(0, tiles).end, tiles);
        }
        Pass pass = new Pass(parallel, y, states, before == null ? m : before, before == null ? at.zeros : 0,
                before == null ? 0 : shape.width(), u, w.d(), m, at, work, tiles, owns, save);
        parallel.run(shape.products(), packed, (part, parts) -> pack(parallel, m, at, w, kind, shape, part, parts),
                tiles.isShared() ? pass::shared : pass::groups);
    }

    private static void pack(Parallel parallel, float[] m, Weights at, DiagonalWeights<float[]> w, DiagonalKind kind,
            DiagonalShape shape, int part, int parts) {
        int width = shape.width();
        int h = shape.features();
        DiagonalMatrices.fill(m, at.l, at.b, at.e, w, kind, shape, Parallel.from(part, parts, shape.states()),
                Parallel.from(part + 1, parts, shape.states()));
        if (part == 0) {
            Arrays.fill(m, at.zeros, at.l, 0f);
        }
        parallel.meet(part, parts);
        int panel = Parallel.from(part, parts, Gemm.panels(width));
        Gemm.packTransposed(m, at.input + panel * h * Gemm.PANEL, m, at.b, h, h, width, panel,
                Parallel.from(part + 1, parts, Gemm.panels(width)));
        panel = Parallel.from(part, parts, Gemm.panels(h));
        Gemm.packTransposed(m, at.output + panel * width * Gemm.PANEL, m, at.e, width, width, h, panel,
                Parallel.from(part + 1, parts, Gemm.panels(h)));
    }

    /** What the members of a team need for a pass; rows of {@code before} are {@code ldBefore} apart. */
    private record Pass(Parallel parallel, float[] y, float[] states, float[] before, int beforeAt, int ldBefore,
            float[] u, float[] d, float[] m, Weights at, float[] work, DiagonalTiles tiles, Own[] owns,
            boolean save) {

        /** Takes some groups of sequences through all steps. */
        void groups(int part, int parts) {
            int end = Parallel.from(part + 1, parts, tiles.groups());
            for (int group = Parallel.from(part, parts, tiles.groups()); group < end; group++) {
                group(group, owns[part]);
            }
        }

        private void group(int group, Own own) {
            DiagonalShape shape = tiles.shape();
            int width = shape.width();
            int sequences = tiles.sequences(group);
            int chunk = DiagonalTiles.chunk(sequences);
            float[] previous = before;
            int previousAt = beforeAt + tiles.first(group) * ldBefore;
            int ldPrevious = ldBefore;
            float[] x = save ? states : work;
            for (int t = 0; t < shape.steps(); t += chunk) {
                int steps = Math.min(chunk, shape.steps() - t);
                int rows = steps * sequences;
                int xAt = save ? tiles.saved(group, t) : own.states;
                tiles.gather(work, own.input, u, group, t, steps);
                states(x, xAt, work, own.input, rows);
                DiagonalScan.forward(x, xAt, previous, previousAt, ldPrevious, m, at.l, steps, sequences,
                        shape.states(), 0, shape.states());
                outputs(work, own.output, x, xAt, work, own.input, rows);
                tiles.scatter(y, work, own.output, group, t, steps);
                previous = x;
                previousAt = xAt + (rows - sequences) * width;
                ldPrevious = width;
                if (!save) {
                    // The next chunk replaces them.
                    System.arraycopy(work, previousAt, work, own.before, sequences * width);
                    previousAt = own.before;
                }
            }
            if (!save) {
                System.arraycopy(work, own.before, states, tiles.first(group) * width, sequences * width);
            }
        }

        /** Shares out the rows of each block for the products, and the states for the recurrence. */
        void shared(int part, int parts) {
            DiagonalShape shape = tiles.shape();
            int width = shape.width();
            int h = shape.features();
            int batch = shape.batch();
            int from = tiles.firstState(part, parts);
            int to = tiles.firstState(part + 1, parts);
            int carried = carried(tiles);
            float[] previous = before;
            int previousAt = beforeAt;
            int ldPrevious = ldBefore;
            float[] x = save ? states : work;
            for (int t = 0; t < shape.steps(); t += tiles.block()) {
                int steps = Math.min(tiles.block(), shape.steps() - t);
                int xAt = save ? tiles.saved(0, t) : Lanes.FIRST;
                int row = Parallel.from(part, parts, steps * batch);
                int rows = Parallel.from(part + 1, parts, steps * batch) - row;
                int uAt = (t * batch + row) * h;
                states(x, xAt + row * width, u, uAt, rows);
                parallel.meet(part, parts);
                DiagonalScan.forward(x, xAt, previous, previousAt, ldPrevious, m, at.l, steps, batch, shape.states(),
                        from, to);
                previous = x;
                previousAt = xAt + (steps - 1) * batch * width;
                ldPrevious = width;
                if (!save) {
                    boolean last = t + steps == shape.steps();
                    float[] kept = last ? states : work;
                    int keptAt = last ? 0 : carried;
                    for (int i = 0; i < 2 * batch; i++) {
                        int line = i * shape.states() + from;
                        System.arraycopy(work, previousAt + line, kept, keptAt + line, to - from);
                    }
                    previousAt = carried;
                }
                parallel.meet(part, parts);
                outputs(y, uAt, x, xAt + row * width, u, uAt, rows);
                if (!save) {
                    // The next block replaces the states, and its rows are divided in another way.
                    parallel.meet(part, parts);
                }
            }
        }

        private void states(float[] x, int xAt, float[] input, int inputAt, int rows) {
            int h = tiles.shape().features();
            int width = tiles.shape().width();
            Gemm.multiply(x, xAt, width, m, at.zeros, 0, input, inputAt, h, m, at.input, rows, h, width);
        }

        private void outputs(float[] output, int outputAt, float[] x, int xAt, float[] input, int inputAt, int rows) {
            int h = tiles.shape().features();
            int width = tiles.shape().width();
            DiagonalScan.scaleRows(output, outputAt, input, inputAt, d, rows, h);
            Gemm.multiply(output, outputAt, h, output, outputAt, h, x, xAt, width, m, at.output, rows, width, h);
        }
    }
}
