package scanline.engine.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import scanline.engine.geometry.CellGradients;
import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.CellWeights;
import scanline.engine.geometry.Span;
import scanline.engine.kernel.RecurrentForward.SumBlocks;

/**
 * The backward pass of {@link RecurrentForward}, from the last step to the first. Letters and layouts are the same.
 *
 * <p>
 * Weight gradients are sums over the batch, so the batch is cut into shards whose number depends only on its size. Each
 * shard has its own sums, which are added in the order of the shards at the end.
 */
public final class RecurrentBackward {
    // Rows of gradients that a shard gathers before it adds up its weight gradient. With fewer, the sums are loaded and
    // stored more often; more do not fit in the caches. It determines the order of the sums, so it depends only on the
    // shape.
    private static final int BLOCK_ROWS = 128;

    // With fewer rows in a shard, the sums would be larger than the data summed; with more shards, more threads can
    // work.
    private static final int LEAST_SHARD_ROWS = 24;

    // Steps that are computed again at a time. With more steps, the values saved for them temporarily need more memory.
    // With fewer, there are more states between spans, which stay in memory all the time.
    private static final int LEAST_SPAN = 60;

    private RecurrentBackward() {}

    /** The number of steps of the spans into which a sequence may be cut: a multiple of the backward pass's blocks. */
    public static int spanSteps(int batch) {
        int block = blockSteps(batch);
        return (LEAST_SPAN + block - 1) / block * block;
    }

    /** The number of time steps whose gradients a shard gathers before it adds up their weight gradients. */
    private static int blockSteps(int batch) {
        return Math.max(1, BLOCK_ROWS * shardCount(batch) / batch);
    }

    private static int shardCount(int batch) {
        return Integer.highestOneBit(Math.max(1, batch / LEAST_SHARD_ROWS));
    }

    /** The work space of {@link #backward}, in floats; its content must be preserved from span to span. */
    public static int work(RecurrentCell cell, Span span) {
        return Layout.of(cell, span).length;
    }

    /**
     * Computes the gradients of every step of the span, in reverse order. The gradients of the weights accumulate in
     * the work space; after the first span of the sequence they are added to those of {@code d.dw()} that are not null.
     *
     * @param y
     *            the values saved by the forward pass, for every step
     * @param work
     *            work space, {@link #work} floats, the same for every span of a sequence, from the last to the first;
     *            the number of steps of every span but the first must be a multiple of {@link #spanSteps}, so that no
     *            block of steps is cut in two
     */
    public static void backward(Parallel parallel, RecurrentCell cell, CellGradients<float[]> d,
            CellStates<float[]> y, float[] x, CellWeights<float[]> w, float[] work, Span span) {
        int features = span.features();
        int hidden = span.hidden();
        Layout at = Layout.of(cell, span);
        parallel.run((part, parts) -> {
            int from = Parallel.from(part, parts, at.shards);
            int to = Parallel.from(part + 1, parts, at.shards);
            if (span.first() + span.steps() == span.all()) {
                pack(work, at.u, w.wHh(), cell.kind().stateGates() * hidden, hidden, part, parts);
                if (cell.innerBlock() != RecurrentCell.NONE) {
                    pack(work, at.v, Objects.requireNonNull(w.wCell()), hidden, hidden, part, parts);
                }
                if (d.dx() != null) {
                    pack(work, at.w, w.wIh(), cell.gates() * hidden, features, part, parts);
                }
                clear(at, from, to, cell, work, span);
                parallel.meet(part, parts);
            }
            if (from < to) {
                backward(at, from, to, cell, d, y, x, work, span);
            }
            if (span.first() == 0) {
                parallel.meet(part, parts);
                addShards(at, d.dw(), cell, work, span, Parallel.from(part, parts, hidden),
                        Parallel.from(part + 1, parts, hidden));
            }
        });
    }

    /**
     * The division of the backward pass into shards, and the layout of its work space.
     *
     * @param shards
     *            the number of shards of the batch: a power of two, so that they divide evenly among as many threads
     * @param block
     *            the number of time steps whose gradients a shard gathers before it adds up their weight gradients
     * @param depth
     *            the largest number of rows that it gathers
     * @param u
     *            the packed U
     * @param v
     *            the packed V, if there is one
     * @param w
     *            the packed W
     * @param scratch
     *            [B, H], for use by the cell
     * @param d
     *            [B, K], the gradients of the sums of a step
     * @param packed
     *            for each shard the gradients of a block's sums, in panels
     * @param sums
     *            for each shard [operands, K]: the gradients of W, the bias, U and V, transposed
     * @param inputs
     *            for each shard [depth, operands]: x, 1, the previous h and, for V, the new c of a block
     */
    private record Layout(int shards, int block, int depth, int u, int v, int w, int scratch, int d, int packed,
            int sums,
            int inputs, int length) {
        static Layout of(RecurrentCell cell, Span span) {
            int batch = span.batch();
            int width = cell.blocks() * span.hidden();
            int shards = shardCount(batch);
            int block = Math.min(span.all(), blockSteps(batch));
            int depth = block * ((batch + shards - 1) / shards);
            int operands = cell.operands(span);
            int u = Lanes.FIRST;
            int v = u + Gemm.packedLength(cell.kind().stateGates() * span.hidden(), span.hidden());
            int w = v + (cell.innerBlock() == RecurrentCell.NONE
                    ? 0
                    : Gemm.packedLength(span.hidden(), span.hidden()));
            int scratch = w + Gemm.packedLength(cell.gates() * span.hidden(), span.features());
            int d = scratch + Lanes.lines(span.states());
            int packed = d + Lanes.lines(batch * width);
            int sums = packed + shards * cell.blocks() * Gemm.packedLength(depth, span.hidden());
            int inputs = sums + shards * operands * width;
            return new Layout(shards, block, depth, u, v, w, scratch, d, packed, sums, inputs,
                    inputs + shards * operands * depth);
        }

        /** The first row of a shard. */
        int row(int shard, Span span) {
            return Parallel.from(shard, shards, span.batch());
        }
    }

    private static void clear(Layout at, int from, int to, RecurrentCell cell, float[] work, Span span) {
        int inputs = cell.operands(span) * at.depth;
        int packed = cell.blocks() * Gemm.packedLength(at.depth, span.hidden());
        int sums = cell.operands(span) * cell.blocks() * span.hidden();
        Arrays.fill(work, at.inputs + from * inputs, at.inputs + to * inputs, 1f);
        // The unused columns of a last panel do not affect any result, but subnormal numbers in them would be slow.
        Arrays.fill(work, at.packed + from * packed, at.packed + to * packed, 0f);
        Arrays.fill(work, at.sums + from * sums, at.sums + to * sums, 0f);
    }

    /** Computes the gradients of shards {@code from..to} of the batch, from the last step to the first. */
    private static void backward(Layout at, int from, int to, RecurrentCell cell, CellGradients<float[]> d,
            CellStates<float[]> y, float[] x, float[] work, Span span) {
        float[] dx = d.dx();
        float[] dy = d.dy();
        float[] dh = d.dh();
        int hidden = span.hidden();
        int features = span.features();
        int operands = cell.operands(span);
        int inputsLength = operands * at.depth;
        int packedLength = cell.blocks() * Gemm.packedLength(at.depth, hidden);
        int sumsLength = operands * cell.blocks() * hidden;
        int inner = cell.innerBlock();
        int width = cell.blocks() * hidden;
        CellWeights<float[]> dw = d.dw();
        boolean weights = dw.wIh() != null || dw.wHh() != null || dw.bIh() != null || dw.bHh() != null
                || dw.wCell() != null || dw.bCell() != null;
        int row = at.row(from, span);
        int rows = at.row(to, span) - row;
        int own = row * hidden;
        List<SumBlocks> blocks = SumBlocks.of(cell);
        CellStep states = new CellStep(y, cell, span);
        CellStepGradients gradients = new CellStepGradients(work, dh, d.dc());
        for (int end = span.steps(); end > 0; end -= at.block) {
            int begin = Math.max(0, end - at.block);
            for (int t = end - 1; t >= begin; t--) {
                int step = span.first() + t;
                if (dy != null) {
                    Elementwise.accumulate(dh, own, dy, step * span.states() + own, rows * hidden);
                }
                for (int shard = from; shard < to; shard++) {
                    int first = at.row(shard, span);
                    int count = at.row(shard + 1, span) - first;
                    int column = (t - begin) * count;
                    states.move(t, first, 0);
                    move(gradients, at, shard, column, (end - begin) * count, cell, span);
                    cell.backward(states, gradients, count, hidden);
                    gather(work, at.inputs + shard * inputsLength + column * operands, operands, x,
                            (step * span.batch() + first) * features, states, count, features, hidden);
                }
                if (inner != RecurrentCell.NONE) {
                    multiply(d.dc(), own, work, at.d + row * width + inner * hidden, width, at.v, 0, hidden, rows,
                            hidden, hidden);
                    for (int shard = from; shard < to; shard++) {
                        int first = at.row(shard, span);
                        int count = at.row(shard + 1, span) - first;
                        states.move(t, first, 0);
                        move(gradients, at, shard, (t - begin) * count, (end - begin) * count, cell, span);
                        cell.finishBackward(states, gradients, count, hidden);
                    }
                }
                for (int r = 0; r < blocks.size(); r++) { // without an iterator for each of many steps
                    SumBlocks some = blocks.get(r);
                    int sums = at.d + row * width + some.block() * hidden;
                    int k = some.blocks() * hidden;
                    if (some.state()) {
                        multiply(dh, own, work, sums, width, at.u, cell.stateGate(some.block()) * hidden,
                                cell.kind().stateGates() * hidden, rows, k, hidden);
                    }
                    if (some.input() && dx != null) {
                        multiply(dx, (step * span.batch() + row) * features, work, sums, width, at.w,
                                cell.gate(some.block()) * hidden, cell.gates() * hidden, rows, k, features);
                    }
                }
            }
            for (int shard = from; weights && shard < to; shard++) {
                int depth = (end - begin) * (at.row(shard + 1, span) - at.row(shard, span));
                int sums = at.sums + shard * sumsLength;
                int inputs = at.inputs + shard * inputsLength;
                for (int b = 0; b < cell.blocks(); b++) {
                    int first = cell.readsInput(b) ? 0 : features;
                    int last = cell.readsState(b) ? features + 1 + hidden : features + 1;
                    int panels = at.packed + shard * packedLength + b * Gemm.packedLength(depth, hidden);
                    addProduct(work, sums + b * hidden, width, inputs, operands, panels, first, last, depth, hidden);
                    if (b == inner) {
                        addProduct(work, sums + b * hidden, width, inputs, operands, panels, features + 1 + hidden,
                                operands, depth, hidden);
                    }
                }
            }
        }
    }

    /** Moves to the gradients of a step of a shard, whose rows start at a column of the block's panels. */
    private static void move(CellStepGradients gradients, Layout at, int shard, int column, int depth,
            RecurrentCell cell, Span span) {
        int first = at.row(shard, span);
        int panels = shard * cell.blocks() * Gemm.packedLength(at.depth, span.hidden());
        gradients.move(at.d + first * cell.blocks() * span.hidden(), at.packed + panels + column * Gemm.PANEL, depth,
                at.scratch + first * span.hidden(), first * span.hidden());
    }

    /** Adds the products of operands {@code first..last} with the gradients of a block of sums. */
    private static void addProduct(float[] work, int sums, int width, int inputs, int operands, int panels, int first,
            int last, int depth, int hidden) {
        int sum = sums + first * width;
        Gemm.multiplyTransposed(work, sum, width, work, sum, width, work, inputs + first, operands, work, panels,
                last - first, depth, hidden);
    }

    /**
     * Gathers rows of [x 1 h] or [x 1 h c], where h is the state before a step, and c the cell state after it; the ones
     * are already in place.
     */
    private static void gather(float[] inputs, int at, int operands, float[] x, int xAt, CellStep states, int rows,
            int features, int hidden) {
        for (int i = 0; i < rows; i++) {
            int row = at + i * operands;
            System.arraycopy(x, xAt + i * features, inputs, row, features);
            System.arraycopy(states.before(), states.beforeAt() + i * hidden, inputs, row + features + 1, hidden);
            if (operands > features + 1 + hidden) {
                System.arraycopy(states.c(), states.cAt() + i * hidden, inputs, row + features + 1 + hidden, hidden);
            }
        }
    }

    /**
     * {@code dy[m, n] += d[m, k] V[k, n]}, where V consists of the rows from {@code first} on of a matrix of {@code
     * all} rows, packed at {@code packed}.
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

    /** Adds the sums of all shards, in order, to the gradients of units {@code from..to} of every gate, unless null. */
    private static void addShards(Layout at, CellWeights<float[]> dw, RecurrentCell cell, float[] work, Span span,
            int from,
            int to) {
        int hidden = span.hidden();
        int features = span.features();
        int width = cell.blocks() * hidden;
        int operands = cell.operands(span);
        for (int b = 0; b < cell.blocks(); b++) {
            int column = at.sums + b * hidden;
            for (int i = 0; i < operands; i++) {
                for (int shard = 1; shard < at.shards; shard++) {
                    Elementwise.accumulate(work, column + i * width + from, work,
                            column + (shard * operands + i) * width + from, to - from);
                }
            }
            int gate = cell.gate(b) * hidden;
            int stateGate = cell.stateGate(b) * hidden;
            int bias = column + features * width + from;
            if (cell.readsInput(b) && dw.wIh() != null) {
                addTransposed(dw.wIh(), gate, work, column, features, width, from, to);
            }
            if (cell.readsInput(b) && dw.bIh() != null) {
                Elementwise.accumulate(dw.bIh(), gate + from, work, bias, to - from);
            }
            if (cell.readsState(b) && dw.wHh() != null) {
                addTransposed(dw.wHh(), stateGate, work, column + (features + 1) * width, hidden, width, from, to);
            }
            if (cell.readsState(b) && dw.bHh() != null) {
                Elementwise.accumulate(dw.bHh(), stateGate + from, work, bias, to - from);
            }
            float[] inner = b == cell.innerBlock() ? dw.wCell() : null;
            if (inner != null) {
                addTransposed(inner, 0, work, column + (features + 1 + hidden) * width, hidden, width, from, to);
            }
            float[] own = cell.ownBias(b) == 0 ? null : dw.bCell();
            if (own != null) {
                Elementwise.addScaled(own, from, work, bias, cell.ownBias(b), to - from);
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
