package scanline.engine.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * One recurrent layer over consecutive steps of a sequence, forward and backward, for any {@link RecurrentCell}. The
 * derivation is in docs/kernels/recurrent.md.
 *
 * <p>
 * The batch is divided over the threads for the whole sequence, because its rows never meet: no thread waits for another,
 * and none reads what another wrote, which on two cores costs more than the arithmetic. Weight gradients are sums over the
 * batch, so the batch is cut into shards whose number depends on its size alone; each shard has sums of its own, and these
 * are added in the order of the shards at the end.
 *
 * <p>
 * Letters: T steps of the whole sequence, B batch, F features, H hidden, G = gates x H, K = blocks x H. Sequences are
 * time-major: {@code x[T, B, F]}.
 */
public final class RecurrentSequence {
    // Rows of gradients that a shard gathers before it adds up its weight gradient: fewer load and store the sums more
    // often, more leave the caches. It decides the order of the sums, so it depends on nothing but the shape.
    private static final int BLOCK_ROWS = 128;

    // Fewer rows than this in a shard make the sums larger than what is summed; more shards occupy more threads.
    private static final int LEAST_SHARD_ROWS = 24;

    // Steps that are computed again at once. Many make large what is kept of them for a while, few make many the states
    // between them, which are kept all the time.
    private static final int LEAST_SPAN = 60;

    // Of a batch of fewer rows than a tile has, each thread takes units instead of rows: then it reads its part of the
    // weights instead of all of them.
    private static final int FEW_ROWS = 6;

    /**
     * Which steps of a sequence a pass goes over, and its sizes.
     *
     * @param first
     *            the first step, where x and what has all steps begin to be used
     * @param steps
     *            how many steps
     * @param all
     *            T; the backward pass begins with the span that ends there
     */
    public record Span(int first, int steps, int all, int batch, int features, int hidden) {
        int states() {
            return batch * hidden;
        }

        int depth() {
            return features + hidden;
        }
    }

    /**
     * A layer's weights: {@code wIh[G, F]}, {@code wHh[G, H]}, {@code bIh[G]} and {@code bHh[G]}; of the same form are
     * their gradients.
     */
    public record Matrices(float[] wIh, float[] wHh, float[] bIh, float[] bHh) {}

    /**
     * What a forward pass computes.
     *
     * @param h
     *            the hidden states: of all T steps, so that step t is at {@code t hStep}, or of the last step alone, with
     *            {@code hStep} 0
     * @param c
     *            the cell states: of the steps of the span, {@code cStep} apart, or of the last step, with {@code cStep} 0;
     *            empty where the cell has none
     * @param kept
     *            what the cell keeps for its backward pass, {@code keptStep} apart, or of the last step
     * @param before
     *            the hidden state before the first step, from {@code beforeAt} on
     * @param cellBefore
     *            the cell state before the first step, from {@code cellBeforeAt} on
     */
    public record States(float[] h, int hStep, float[] c, int cStep, float[] kept, int keptStep, float[] before,
            int beforeAt, float[] cellBefore, int cellBeforeAt) {}

    /** Blocks of sums that lie side by side and are made of the same: of the input, of the state, or of both. */
    private record Run(int block, int blocks, boolean input, boolean state) {
        /** Those of a cell that are not empty. */
        static List<Run> of(RecurrentCell cell) {
            int split = cell.split();
            int whole = cell.gates() - split;
            return Stream.of(new Run(0, split, true, false), new Run(split, whole, true, true),
                    new Run(cell.gates(), split, false, true)).filter(run -> run.blocks > 0).toList();
        }

        int depth(Span span) {
            return (input ? span.features : 0) + (state ? span.hidden : 0);
        }

        /** Where its operands begin in a row of [x h]. */
        int from(Span span) {
            return input ? 0 : span.features;
        }
    }

    private RecurrentSequence() {}

    /** Floats of work space that {@link #forward} needs. */
    public static int forwardWork(RecurrentCell cell, Span span) {
        return inputsAt(cell, span) + 2 * span.batch * span.depth();
    }

    /** Steps of the spans into which a sequence may be cut: a multiple of the blocks of the backward pass. */
    public static int spanSteps(int batch) {
        int block = blockSteps(batch);
        return (LEAST_SPAN + block - 1) / block * block;
    }

    /** Time steps whose gradients a shard gathers before it adds up their weight gradients. */
    private static int blockSteps(int batch) {
        return Math.max(1, BLOCK_ROWS * shardCount(batch) / batch);
    }

    private static int shardCount(int batch) {
        return Integer.highestOneBit(Math.max(1, batch / LEAST_SHARD_ROWS));
    }

    /** Floats of work space that {@link #backward} needs, and keeps from span to span. */
    public static int backwardWork(RecurrentCell cell, Span span) {
        return Layout.of(cell, span).length;
    }

    // The forward work space: the packed weights, the biases, the sums of a step, its inputs.
    private static int biasAt(RecurrentCell cell, Span span) {
        return Lanes.FIRST + cell.blocks() * Gemm.packedLength(span.depth(), span.hidden);
    }

    private static int sumsAt(RecurrentCell cell, Span span) {
        return biasAt(cell, span) + Lanes.lines(cell.blocks() * span.hidden);
    }

    private static int inputsAt(RecurrentCell cell, Span span) {
        return sumsAt(cell, span) + Lanes.lines(span.batch * cell.blocks() * span.hidden);
    }

    /**
     * Computes every step of the span.
     *
     * @param x
     *            [T, B, F]
     * @param work
     *            {@link #forwardWork} floats
     */
    public static void forward(Parallel parallel, RecurrentCell cell, States y, float[] x, Matrices w, float[] work,
            Span span) {
        if (span.batch < FEW_ROWS) {
            parallel.run((part, parts) -> forwardUnits(parallel, part, parts, cell, y, x, w, work, span));
        } else {
            parallel.run((part, parts) -> forwardRows(parallel, part, parts, cell, y, x, w, work, span));
        }
    }

    /** One thread's rows of the batch. */
    private static void forwardRows(Parallel parallel, int part, int parts, RecurrentCell cell, States y, float[] x,
            Matrices w, float[] work, Span span) {
        int hidden = span.hidden;
        int features = span.features;
        int depth = span.depth();
        int width = cell.blocks() * hidden;
        List<Run> runs = Run.of(cell);
        int[] packed = new int[runs.size()];
        int at = Lanes.FIRST;
        for (int r = 0; r < packed.length; r++) {
            Run run = runs.get(r);
            packed[r] = at;
            int panels = Gemm.panels(run.blocks * hidden);
            pack(work, at, cell, run, w, span, Parallel.from(part, parts, panels),
                    Parallel.from(part + 1, parts, panels));
            at += Gemm.packedLength(run.depth(span), run.blocks * hidden);
        }
        int biasAt = biasAt(cell, span);
        if (part == 0) {
            for (int b = 0; b < cell.blocks(); b++) {
                bias(work, biasAt + b * hidden, cell, b, w, hidden, 0, hidden);
            }
        }
        parallel.meet();
        int row = Parallel.from(part, parts, span.batch);
        int rows = Parallel.from(part + 1, parts, span.batch) - row;
        int state = row * hidden;
        int inputs = inputsAt(cell, span) + row * depth;
        int sums = sumsAt(cell, span) + row * width;
        for (int t = 0; t < span.steps; t++) {
            int step = span.first + t;
            float[] before = t == 0 ? y.before : y.h;
            int beforeAt = (t == 0 ? y.beforeAt : (step - 1) * y.hStep) + state;
            for (int i = 0; i < rows; i++) {
                int input = inputs + i * depth;
                System.arraycopy(x, (step * span.batch + row + i) * features, work, input, features);
                System.arraycopy(before, beforeAt + i * hidden, work, input + features, hidden);
            }
            for (int r = 0; r < packed.length; r++) {
                Run run = runs.get(r);
                int k = run.depth(span);
                int from = run.block * hidden;
                // Panel by panel, so that the sums of a panel stay in the first-level cache over all blocks of k.
                for (int column = 0; column < run.blocks * hidden; column += Gemm.PANEL) {
                    Gemm.multiply(work, sums + from + column, width, work, biasAt + from + column, 0, work,
                            inputs + run.from(span), depth, work, packed[r] + column * k, rows, k,
                            Math.min(Gemm.PANEL, run.blocks * hidden - column));
                }
            }
            cell.forward(y.h, step * y.hStep + state, before, beforeAt, y.c, t * y.cStep + state,
                    t == 0 ? y.cellBefore : y.c, (t == 0 ? y.cellBeforeAt : (t - 1) * y.cStep) + state, y.kept,
                    t * y.keptStep + row * cell.kept() * hidden, work, sums, rows, hidden, hidden);
        }
    }

    /** One thread's units of all rows; the threads meet after each step, as each unit needs the whole state before. */
    private static void forwardUnits(Parallel parallel, int part, int parts, RecurrentCell cell, States y, float[] x,
            Matrices w, float[] work, Span span) {
        int hidden = span.hidden;
        int features = span.features;
        int batch = span.batch;
        int depth = span.depth();
        int width = cell.blocks() * hidden;
        int blockLength = Gemm.packedLength(depth, hidden);
        int biasAt = biasAt(cell, span);
        int sumsAt = sumsAt(cell, span);
        int panels = Gemm.panels(hidden);
        int members = Math.min(parts, panels);
        if (part >= members) {
            return; // nothing to do, and nobody's meetings to make longer
        }
        int from = Parallel.from(part, members, panels);
        int to = Parallel.from(part + 1, members, panels);
        int unit = Math.min(hidden, from * Gemm.PANEL);
        int units = Math.min(hidden, to * Gemm.PANEL) - unit;
        List<Run> blocks = Run.of(cell).stream().flatMap(run -> Stream.iterate(0, i -> i < run.blocks, i -> i + 1)
                .map(i -> new Run(run.block + i, 1, run.input, run.state))).toList();
        for (Run block : blocks) {
            pack(work, Lanes.FIRST + block.block * blockLength, cell, block, w, span, from, to);
            bias(work, biasAt + block.block * hidden, cell, block.block, w, hidden, unit, units);
        }
        for (int t = 0; t < span.steps; t++) {
            int step = span.first + t;
            float[] before = t == 0 ? y.before : y.h;
            int beforeAt = t == 0 ? y.beforeAt : (step - 1) * y.hStep;
            // Two places in turn: a thread may begin to write the next state before another has read this one.
            int inputs = inputsAt(cell, span) + t % 2 * batch * depth;
            for (int i = 0; i < batch; i++) {
                int input = inputs + i * depth + features;
                System.arraycopy(before, beforeAt + i * hidden + unit, work, input + unit, units);
                if (part == 0) {
                    System.arraycopy(x, (step * batch + i) * features, work, input - features, features);
                }
            }
            parallel.meet(members);
            for (Run block : blocks) {
                int column = block.block * hidden + unit;
                int k = block.depth(span);
                Gemm.multiply(work, sumsAt + column, width, work, biasAt + column, 0, work, inputs + block.from(span),
                        depth, work, Lanes.FIRST + block.block * blockLength + from * k * Gemm.PANEL, batch, k, units);
            }
            cell.forward(y.h, step * y.hStep + unit, before, beforeAt + unit, y.c, t * y.cStep + unit,
                    t == 0 ? y.cellBefore : y.c, (t == 0 ? y.cellBeforeAt : (t - 1) * y.cStep) + unit, y.kept,
                    t * y.keptStep + unit, work, sumsAt + unit, batch, units, hidden);
        }
    }

    /** Packs panels {@code from..to} of a run's weights, transposed: W above U, for one product with [x h]. */
    private static void pack(float[] work, int at, RecurrentCell cell, Run run, Matrices w, Span span, int from,
            int to) {
        int features = span.features;
        int hidden = span.hidden;
        int depth = run.depth(span);
        int row = cell.gate(run.block) * hidden;
        int packed = at + from * depth * Gemm.PANEL;
        if (run.input) {
            Gemm.packTransposedRows(work, packed, depth, 0, w.wIh, row * features, features, features,
                    run.blocks * hidden, from, to);
        }
        if (run.state) {
            Gemm.packTransposedRows(work, packed, depth, run.input ? features : 0, w.wHh, row * hidden, hidden, hidden,
                    run.blocks * hidden, from, to);
        }
    }

    /** Where the sums of n units of a block start. */
    private static void bias(float[] work, int at, RecurrentCell cell, int block, Matrices w, int hidden, int unit,
            int n) {
        int row = cell.gate(block) * hidden;
        for (int j = unit; j < unit + n; j++) {
            float input = block < cell.gates() ? w.bIh[row + j] : 0f;
            work[at + j] = block < cell.split() ? input : input + w.bHh[row + j];
        }
    }

    /**
     * Goes back through every step of the span and adds to the gradient of the input. The gradients of the weights gather
     * in the work space; after the span that begins the sequence they are added to {@code dw}.
     *
     * @param dx
     *            [T, B, F], added to; null when the input needs no gradient
     * @param dw
     *            added to
     * @param dh
     *            [B, H], the gradient of the last hidden state as far as it does not come through {@code dy}; after it
     *            that of the state before the first step. So it is with {@code dc}, which is empty where there is no cell
     *            state
     * @param dy
     *            [T, B, H], the gradient of every hidden state, or null
     * @param y
     *            as the forward pass left it, with every step
     * @param work
     *            {@link #backwardWork} floats, the same ones for every span of a sequence, from the last to the first; the
     *            steps of every span but the first must be a multiple of {@link #spanSteps}, so that no block of steps is cut
     *            in two
     */
    public static void backward(Parallel parallel, RecurrentCell cell, float @Nullable [] dx, Matrices dw, float[] dh,
            float[] dc, float @Nullable [] dy, States y, float[] x, float[] wIh, float[] wHh, float[] work, Span span) {
        int features = span.features;
        int hidden = span.hidden;
        Layout at = Layout.of(cell, span);
        parallel.run((part, parts) -> {
            int from = Parallel.from(part, parts, at.shards);
            int to = Parallel.from(part + 1, parts, at.shards);
            if (span.first + span.steps == span.all) {
                pack(work, at.u, wHh, cell.gates() * hidden, hidden, part, parts);
                if (dx != null) {
                    pack(work, at.w, wIh, cell.gates() * hidden, features, part, parts);
                }
                clear(at, from, to, cell, work, span);
                parallel.meet();
            }
            if (from < to) {
                backward(at, from, to, cell, dx, dh, dc, dy, y, x, work, span);
            }
            if (span.first == 0) {
                parallel.meet();
                addShards(at, dw, cell, work, span, Parallel.from(part, parts, hidden),
                        Parallel.from(part + 1, parts, hidden));
            }
        });
    }

    /**
     * How the backward pass is divided, and where in its work space what lies.
     *
     * @param shards
     *            into how many shards the batch is cut: a power of two, so that they divide evenly over as many threads
     * @param block
     *            time steps whose gradients a shard gathers before it adds up their weight gradients
     * @param depth
     *            the most rows that it gathers
     * @param u
     *            the packed U
     * @param w
     *            the packed W
     * @param scratch
     *            [B, H], the cell's
     * @param d
     *            [B, K], the gradients of the sums of a step
     * @param packed
     *            for each shard the gradients of a block's sums, in panels
     * @param sums
     *            for each shard [F + 1 + H, K]: the gradients of W, the bias and U, transposed
     * @param inputs
     *            for each shard [F + 1 + H, depth]: x, 1 and h of a block, transposed
     */
    private record Layout(int shards, int block, int depth, int u, int w, int scratch, int d, int packed, int sums,
            int inputs, int length) {
        static Layout of(RecurrentCell cell, Span span) {
            int batch = span.batch;
            int width = cell.blocks() * span.hidden;
            int shards = shardCount(batch);
            int block = Math.min(span.all, blockSteps(batch));
            int depth = block * ((batch + shards - 1) / shards);
            int u = Lanes.FIRST;
            int w = u + Gemm.packedLength(cell.gates() * span.hidden, span.hidden);
            int scratch = w + Gemm.packedLength(cell.gates() * span.hidden, span.features);
            int d = scratch + Lanes.lines(span.states());
            int packed = d + Lanes.lines(batch * width);
            int sums = packed + shards * cell.blocks() * Gemm.packedLength(depth, span.hidden);
            int inputs = sums + shards * (span.depth() + 1) * width;
            return new Layout(shards, block, depth, u, w, scratch, d, packed, sums, inputs,
                    inputs + shards * (span.depth() + 1) * depth);
        }

        /** The first row of a shard. */
        int row(int shard, Span span) {
            return Parallel.from(shard, shards, span.batch);
        }
    }

    private static void clear(Layout at, int from, int to, RecurrentCell cell, float[] work, Span span) {
        int inputs = (span.depth() + 1) * at.depth;
        int packed = cell.blocks() * Gemm.packedLength(at.depth, span.hidden);
        int sums = (span.depth() + 1) * cell.blocks() * span.hidden;
        Arrays.fill(work, at.inputs + from * inputs, at.inputs + to * inputs, 1f);
        // Of the unused columns of a last panel nothing is kept, but subnormal numbers in them would be slow.
        Arrays.fill(work, at.packed + from * packed, at.packed + to * packed, 0f);
        Arrays.fill(work, at.sums + from * sums, at.sums + to * sums, 0f);
    }

    /** Shards {@code from..to} of the batch, from the last step to the first. */
    private static void backward(Layout at, int from, int to, RecurrentCell cell, float @Nullable [] dx, float[] dh,
            float[] dc, float @Nullable [] dy, States y, float[] x, float[] work, Span span) {
        int hidden = span.hidden;
        int features = span.features;
        int inputsLength = (span.depth() + 1) * at.depth;
        int packedLength = cell.blocks() * Gemm.packedLength(at.depth, hidden);
        int sumsLength = (span.depth() + 1) * cell.blocks() * hidden;
        int width = cell.blocks() * hidden;
        int row = at.row(from, span);
        int rows = at.row(to, span) - row;
        int own = row * hidden;
        List<Run> runs = Run.of(cell);
        for (int end = span.steps; end > 0; end -= at.block) {
            int begin = Math.max(0, end - at.block);
            for (int t = end - 1; t >= begin; t--) {
                int step = span.first + t;
                if (dy != null) {
                    Elementwise.accumulate(dh, own, dy, step * span.states() + own, rows * hidden);
                }
                float[] before = t == 0 ? y.before : y.h;
                int beforeAt = t == 0 ? y.beforeAt : (step - 1) * y.hStep;
                float[] cellBefore = t == 0 ? y.cellBefore : y.c;
                int cellBeforeAt = t == 0 ? y.cellBeforeAt : (t - 1) * y.cStep;
                for (int shard = from; shard < to; shard++) {
                    int first = at.row(shard, span);
                    int count = at.row(shard + 1, span) - first;
                    int s = first * hidden;
                    int column = (t - begin) * count;
                    cell.backward(work, at.d + first * width, at.packed + shard * packedLength + column * Gemm.PANEL,
                            (end - begin) * count, at.scratch + s, dh, dc, s, y.h, step * y.hStep + s, before,
                            beforeAt + s, y.c, t * y.cStep + s, cellBefore, cellBeforeAt + s, y.kept,
                            t * y.keptStep + first * cell.kept() * hidden, count, hidden);
                    int input = at.inputs + shard * inputsLength + column;
                    Transposition.transpose(work, input, at.depth, x, (step * span.batch + first) * features, features,
                            count,
                            features);
                    Transposition.transpose(work, input + (features + 1) * at.depth, at.depth, before, beforeAt + s,
                            hidden,
                            count, hidden);
                }
                for (Run run : runs) {
                    int d = at.d + row * width + run.block * hidden;
                    int k = run.blocks * hidden;
                    int gate = cell.gate(run.block) * hidden;
                    if (run.state) {
                        multiply(dh, own, work, d, width, at.u, gate, cell.gates() * hidden, rows, k, hidden);
                    }
                    if (run.input && dx != null) {
                        multiply(dx, (step * span.batch + row) * features, work, d, width, at.w, gate,
                                cell.gates() * hidden, rows, k, features);
                    }
                }
            }
            for (int shard = from; shard < to; shard++) {
                int depth = (end - begin) * (at.row(shard + 1, span) - at.row(shard, span));
                int sums = at.sums + shard * sumsLength;
                int inputs = at.inputs + shard * inputsLength;
                for (int b = 0; b < cell.blocks(); b++) {
                    int first = b < cell.gates() ? 0 : features;
                    int last = b < cell.split() ? features + 1 : features + 1 + hidden;
                    int sum = sums + first * width + b * hidden;
                    Gemm.multiply(work, sum, width, work, sum, width, work, inputs + first * at.depth, at.depth, work,
                            at.packed + shard * packedLength + b * Gemm.packedLength(depth, hidden), last - first,
                            depth, hidden);
                }
            }
        }
    }

    /**
     * {@code dy[m, n] += d[m, k] V[k, n]}, where V is the rows from {@code first} on of a matrix of {@code all} rows, packed
     * at {@code packed}.
     */
    private static void multiply(float[] dy, int at, float[] work, int d, int ldd, int packed, int first, int all,
            int m, int k, int n) {
        for (int column = 0; column < n; column += Gemm.PANEL) {
            Gemm.multiply(dy, at + column, n, dy, at + column, n, work, d, ldd, work,
                    packed + column * all + first * Gemm.PANEL, m, k, Math.min(Gemm.PANEL, n - column));
        }
    }

    private static void pack(float[] packed, int at, float[] w, int k, int n, int part, int parts) {
        int panels = Gemm.panels(n);
        int from = Parallel.from(part, parts, panels);
        Gemm.pack(packed, at + from * k * Gemm.PANEL, w, 0, n, k, n, from, Parallel.from(part + 1, parts, panels));
    }

    /** Adds the sums of all shards, in their order, to the gradients of units {@code from..to} of every gate. */
    private static void addShards(Layout at, Matrices dw, RecurrentCell cell, float[] work, Span span, int from,
            int to) {
        int hidden = span.hidden;
        int features = span.features;
        int width = cell.blocks() * hidden;
        for (int b = 0; b < cell.blocks(); b++) {
            int column = at.sums + b * hidden;
            for (int i = 0; i < span.depth() + 1; i++) {
                for (int shard = 1; shard < at.shards; shard++) {
                    Elementwise.accumulate(work, column + i * width + from, work,
                            column + (shard * (span.depth() + 1) + i) * width + from, to - from);
                }
            }
            int gate = cell.gate(b) * hidden;
            int bias = column + features * width + from;
            if (b < cell.gates()) {
                addTransposed(dw.wIh, gate, work, column, features, width, from, to);
                Elementwise.accumulate(dw.bIh, gate + from, work, bias, to - from);
            }
            if (b >= cell.split()) {
                addTransposed(dw.wHh, gate, work, column + (features + 1) * width, hidden, width, from, to);
                Elementwise.accumulate(dw.bHh, gate + from, work, bias, to - from);
            }
        }
    }

    /** Adds columns {@code from..to} of {@code sum[k, ...]} to the rows from {@code row} on of {@code dw[..., k]}. */
    private static void addTransposed(float[] dw, int row, float[] sum, int sumAt, int k, int width, int from,
            int to) {
        for (int j = from; j < to; j++) {
            for (int p = 0; p < k; p++) {
                dw[(row + j) * k + p] += sum[sumAt + p * width + j];
            }
        }
    }
}
