package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalShape;
import scanline.engine.geometry.DiagonalWeights;

/**
 * The backward pass of {@link DiagonalForward}, from the last step to the first. Letters and tiles are the same. With
 * the gradients g of the outputs:
 *
 * <pre>
 * m = g E + conj(l) m'      m' that of the step after
 * du = m Bd + D g           dE^T = sum x^T g       dBd = sum m^T u
 * dD = sum g u              dl = sum m conj(x')    x' the state of the step before
 * </pre>
 *
 * The gradients of the weights are added up in shards, whose number depends on the shape alone, and then in the order of
 * the shards.
 */
public final class DiagonalBackward {
    private DiagonalBackward() {}

    /**
     * The layout of the work space: the matrices, the sums of each shard, then for few sequences the gradients of the
     * states of a block, and a part for each thread.
     */
    private record Layout(int zeros, int l, int input, int output, int b, int e, int sums, Sums shard, int block,
            int carried, int own) {
        static Layout of(DiagonalTiles tiles) {
            DiagonalShape shape = tiles.shape();
            int width = shape.width();
            int matrix = Lanes.lines(width * shape.features());
            int l = Lanes.FIRST + Lanes.lines(width);
            int input = l + Lanes.lines(width);
            int output = input + Gemm.packedLength(shape.features(), width);
            int b = output + Gemm.packedLength(width, shape.features());
            int e = b + matrix;
            int sums = e + matrix;
            Sums shard = Sums.of(shape);
            int block = sums + tiles.shards() * shard.end;
            int carried = block
                    + (tiles.isShared() ? Lanes.lines(tiles.block() * shape.batch() * width) : 0);
            int own = carried + (tiles.isShared() ? Lanes.lines(shape.batch() * width) : 0);
            return new Layout(Lanes.FIRST, l, input, output, b, e, sums, shard, block, carried, own);
        }
    }

    /** The sums of a shard: the gradients of Bd, of the transpose of E, of l, and of D. */
    private record Sums(int b, int e, int l, int d, int end) {
        static Sums of(DiagonalShape shape) {
            int matrix = Lanes.lines(shape.width() * shape.features());
            int l = 2 * matrix;
            int d = l + Lanes.lines(shape.width());
            return new Sums(0, matrix, l, d, d + Lanes.lines(shape.features()));
        }
    }

    /** A thread's part: rows of inputs, of gradients of outputs, states and inputs, a packed operand, and m'. */
    private record Own(int u, int dy, int m, int du, int packed, int after, int end) {
        static Own of(int at, DiagonalTiles tiles) {
            int rows = tiles.mostRows();
            int features = Lanes.lines(rows * tiles.shape().features());
            int dy = at + features;
            int m = dy + features;
            int du = m + Lanes.lines(rows * tiles.shape().width());
            int packed = du + features;
            int after = packed + Gemm.packedLength(rows, tiles.shape().features());
            return new Own(at, dy, m, du, packed, after,
                    after + Lanes.lines(tiles.mostSequences() * tiles.shape().width()));
        }
    }

    /** The work space in floats. */
    public static int work(DiagonalShape shape, int threads) {
        DiagonalTiles tiles = DiagonalTiles.of(shape);
        return Layout.of(tiles).own + threads * Own.of(0, tiles).end;
    }

    /**
     * Adds to du and to the gradients of the weights; one that is null is not computed.
     *
     * @param states
     *            those that a forward pass from zeros saved
     */
    public static void backward(Parallel parallel, float @Nullable [] du, DiagonalWeights<float[]> dw, float[] dy,
            float[] states, float[] u, DiagonalWeights<float[]> w, DiagonalKind kind, float[] work,
            DiagonalShape shape) {
        DiagonalTiles tiles = DiagonalTiles.of(shape);
        Layout at = Layout.of(tiles);
        boolean numbers = dw.decay() != null || dw.frequency() != null || dw.scale() != null;
        boolean input = numbers || dw.bRe() != null || dw.bIm() != null;
        boolean output = dw.cRe() != null || dw.cIm() != null;
        Pass pass = new Pass(parallel, du, dy, states, u, w.d(), work, at, tiles, numbers, input, output,
                dw.d() != null);
        parallel.run(2 * shape.products(), (part, parts) -> {
            pass.prepare(w, kind, part, parts);
            if (tiles.isShared()) {
                pass.shared(part, parts);
            } else {
                pass.groups(part, parts);
            }
            parallel.meet(part, parts);
            Shards.addUp(work, at.sums, at.shard.end, tiles.shards(), part, parts);
            parallel.meet(part, parts);
            DiagonalMatrices.addGradients(dw, work, at.sums + at.shard.l, at.sums + at.shard.b, at.sums + at.shard.e, w,
                    kind, shape, Parallel.from(part, parts, shape.states()),
                    Parallel.from(part + 1, parts, shape.states()));
            if (part == 0 && dw.d() != null) {
                Elementwise.accumulate(dw.d(), 0, work, at.sums + at.shard.d, shape.features());
            }
        });
    }

    /**
     * What the members of a team need for a pass.
     *
     * @param numbers
     *            whether l needs a gradient
     * @param input
     *            whether Bd does, which l's numbers need as well
     * @param output
     *            whether E does
     * @param direct
     *            whether D does
     */
    private record Pass(Parallel parallel, float @Nullable [] du, float[] dy, float[] states, float[] u, float[] d,
            float[] work, Layout at, DiagonalTiles tiles, boolean numbers, boolean input, boolean output,
            boolean direct) {

        void prepare(DiagonalWeights<float[]> w, DiagonalKind kind, int part, int parts) {
            DiagonalShape shape = tiles.shape();
            int width = shape.width();
            int h = shape.features();
            DiagonalMatrices.fill(work, at.l, at.b, at.e, w, kind, shape, Parallel.from(part, parts, shape.states()),
                    Parallel.from(part + 1, parts, shape.states()));
            int end = Parallel.from(part + 1, parts, tiles.shards());
            for (int shard = Parallel.from(part, parts, tiles.shards()); shard < end; shard++) {
                Arrays.fill(work, sums(shard), sums(shard + 1), 0f);
            }
            if (part == 0) {
                Arrays.fill(work, at.zeros, at.l, 0f);
                Arrays.fill(work, at.block, at.own, 0f);
            }
            parallel.meet(part, parts);
            int panel = Parallel.from(part, parts, Gemm.panels(width));
            Gemm.pack(work, at.input + panel * h * Gemm.PANEL, work, at.e, width, h, width, panel,
                    Parallel.from(part + 1, parts, Gemm.panels(width)));
            panel = Parallel.from(part, parts, Gemm.panels(h));
            Gemm.pack(work, at.output + panel * width * Gemm.PANEL, work, at.b, h, width, h, panel,
                    Parallel.from(part + 1, parts, Gemm.panels(h)));
            parallel.meet(part, parts);
        }

        private int sums(int shard) {
            return at.sums + shard * at.shard.end;
        }

        private boolean needsStates() {
            return input || du != null;
        }

        /** Takes the groups of some shards through all steps. */
        void groups(int part, int parts) {
            Own own = Own.of(at.own + part * Own.of(0, tiles).end, tiles);
            int each = tiles.groups() / tiles.shards();
            int end = Parallel.from(part + 1, parts, tiles.shards()) * each;
            for (int group = Parallel.from(part, parts, tiles.shards()) * each; group < end; group++) {
                group(group, sums(group / each), own);
            }
        }

        private void group(int group, int sums, Own own) {
            DiagonalShape shape = tiles.shape();
            int width = shape.width();
            int n = shape.states();
            int sequences = tiles.sequences(group);
            int chunk = DiagonalTiles.chunk(sequences);
            Arrays.fill(work, own.after, own.after + sequences * width, 0f);
            for (int t = (shape.steps() - 1) / chunk * chunk; t >= 0; t -= chunk) {
                int steps = Math.min(chunk, shape.steps() - t);
                int rows = steps * sequences;
                int saved = tiles.saved(group, t);
                tiles.gather(work, own.u, u, group, t, steps);
                tiles.gather(work, own.dy, dy, group, t, steps);
                if (needsStates()) {
                    stateGradients(own.m, work, own.dy, rows);
                    DiagonalScan.backward(work, own.m, work, own.after, work, at.l, steps, sequences, n, 0, n);
                    System.arraycopy(work, own.m, work, own.after, sequences * width);
                }
                if (numbers) {
                    addProducts(sums, own.m, saved, t, steps, sequences, 0, n);
                }
                weights(sums, own, work, own.dy, work, own.u, own.m, saved, rows);
                if (du != null) {
                    inputs(work, own.du, work, own.dy, own.m, rows);
                    tiles.add(du, work, own.du, group, t, steps);
                }
            }
        }

        /** Shares out the segments of each block for the products, and the states for the recurrence. */
        void shared(int part, int parts) {
            DiagonalShape shape = tiles.shape();
            Own own = Own.of(at.own + part * Own.of(0, tiles).end, tiles);
            int h = shape.features();
            int batch = shape.batch();
            int width = shape.width();
            int from = tiles.firstState(part, parts);
            int to = tiles.firstState(part + 1, parts);
            int firstSegment = Parallel.from(part, parts, tiles.shards());
            int endSegment = Parallel.from(part + 1, parts, tiles.shards());
            for (int first = (shape.steps() - 1) / tiles.block() * tiles.block(); first >= 0; first -= tiles
                    .block()) {
                int all = Math.min(tiles.block(), shape.steps() - first);
                if (needsStates()) {
                    for (int s = firstSegment; s < endSegment; s++) {
                        int t = s * tiles.segment();
                        int rows = rows(s, all);
                        stateGradients(at.block + t * batch * width, dy, (first + t) * batch * h, rows);
                    }
                    parallel.meet(part, parts);
                    DiagonalScan.backward(work, at.block, work, at.carried, work, at.l, all, batch, shape.states(),
                            from,
                            to);
                    for (int i = 0; i < 2 * batch; i++) {
                        int line = i * shape.states() + from;
                        System.arraycopy(work, at.block + line, work, at.carried + line, to - from);
                    }
                    if (numbers) {
                        addProducts(sums(0), at.block, tiles.saved(0, first), first, all, batch, from, to);
                    }
                    parallel.meet(part, parts);
                }
                for (int s = firstSegment; s < endSegment; s++) {
                    int t = s * tiles.segment();
                    int rows = rows(s, all);
                    if (rows > 0) {
                        int row = (first + t) * batch * h;
                        int m = at.block + t * batch * width;
                        weights(sums(s), own, dy, row, u, row, m, tiles.saved(0, first + t), rows);
                        if (du != null) {
                            inputs(work, own.du, dy, row, m, rows);
                            Elementwise.accumulate(du, row, work, own.du, rows * h);
                        }
                    }
                }
            }
        }

        /** The rows of a segment of a block of {@code all} steps. */
        private int rows(int segment, int all) {
            int t = segment * tiles.segment();
            return Math.max(0, Math.min(tiles.segment(), all - t)) * tiles.shape().batch();
        }

        /** {@code m = g E}. */
        private void stateGradients(int m, float[] g, int gAt, int rows) {
            int h = tiles.shape().features();
            int width = tiles.shape().width();
            Gemm.multiply(work, m, width, work, at.zeros, 0, g, gAt, h, work, at.input, rows, h, width);
        }

        /** {@code dl += m conj(x')}; the state before the first step is zero. */
        private void addProducts(int sums, int m, int saved, int t, int steps, int sequences, int from, int to) {
            int step = sequences * tiles.shape().width();
            int skipped = t == 0 ? 1 : 0;
            DiagonalScan.addProducts(work, sums + at.shard.l, work, m + skipped * step, states,
                    saved + (skipped - 1) * step, (steps - skipped) * sequences, tiles.shape().states(), from, to);
        }

        /** {@code dE^T += x^T g, dBd += m^T u, dD += g u}. */
        private void weights(int sums, Own own, float[] g, int gAt, float[] input, int inputAt, int m, int saved,
                int rows) {
            int h = tiles.shape().features();
            int width = tiles.shape().width();
            if (output) {
                Gemm.pack(work, own.packed, g, gAt, h, rows, h, 0, Gemm.panels(h));
                int e = sums + at.shard.e;
                Gemm.multiplyTransposed(work, e, h, work, e, h, states, saved, width, work, own.packed, width, rows, h);
            }
            if (this.input) {
                Gemm.pack(work, own.packed, input, inputAt, h, rows, h, 0, Gemm.panels(h));
                int b = sums + at.shard.b;
                Gemm.multiplyTransposed(work, b, h, work, b, h, work, m, width, work, own.packed, width, rows, h);
            }
            if (direct) {
                DiagonalScan.addRows(work, sums + at.shard.d, g, gAt, input, inputAt, rows, h);
            }
        }

        /** {@code m Bd + D g}. */
        private void inputs(float[] to, int at, float[] g, int gAt, int m, int rows) {
            int h = tiles.shape().features();
            int width = tiles.shape().width();
            DiagonalScan.scaleRows(to, at, g, gAt, d, rows, h);
            Gemm.multiply(to, at, h, to, at, h, work, m, width, work, this.at.output, rows, width, h);
        }
    }
}
