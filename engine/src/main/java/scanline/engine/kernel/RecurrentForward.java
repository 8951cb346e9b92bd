package scanline.engine.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.CellWeights;
import scanline.engine.geometry.Span;

/**
 * The forward pass of a recurrent layer over consecutive steps of a sequence, for any {@link RecurrentCell}; the
 * backward pass is {@link RecurrentBackward}. The derivation is in docs/kernels/recurrent.md.
 *
 * <p>
 * The batch is divided among the threads for the whole sequence, because its rows are independent: no thread waits for
 * another, and none reads data that another wrote, which costs more than the arithmetic on two cores.
 *
 * <p>
 * Letters: T steps of the whole sequence, B batch, F features, H hidden, G = gates x H, K = blocks x H. Sequences are
 * time-major: {@code x[T, B, F]}.
 */
public final class RecurrentForward {
    private static final int NONE = RecurrentCell.NONE;
    // If the batch has fewer rows than a tile, the units are divided among the threads instead of the rows, so each
    // thread reads only its part of the weights.
    private static final int FEW_ROWS = 6;
    private static final int NO_BIAS = -1;
    // With fewer features the sums of all steps take more time to read than W.
    private static final int LEAST_PROJECTED = 8;
    // Sums of all steps that stay in the second-level cache.
    private static final int MOST_PROJECTED = 1 << 19;

    /**
     * Adjacent blocks of sums with the same operands: the input, the state, or both. Their gates are adjacent too, in W
     * and in U.
     */
    record SumBlocks(int block, int blocks, boolean input, boolean state) {
        /** Returns those of a cell that are not empty. */
        static List<SumBlocks> of(RecurrentCell cell) {
            List<SumBlocks> all = new ArrayList<>();
            for (int first = 0, end; first < cell.blocks(); first = end) {
                boolean input = cell.readsInput(first);
                boolean state = cell.readsState(first);
                end = first + 1;
                while (end < cell.blocks() && cell.readsInput(end) == input && cell.readsState(end) == state) {
                    end++;
                }
                all.add(new SumBlocks(first, end - first, input, state));
            }
            return all;
        }

        /** Returns each of the blocks by itself. */
        Stream<SumBlocks> each() {
            return IntStream.range(0, blocks).mapToObj(i -> new SumBlocks(block + i, 1, input, state));
        }

        int depth(Span span) {
            return (input ? span.features() : 0) + (state ? span.hidden() : 0);
        }

        /** The index of the first operand in a row of [x h]. */
        int from(Span span) {
            return input ? 0 : span.features();
        }
    }

    private RecurrentForward() {}

    /** The length of the packed weights and the biases after them, in floats. */
    public static int packedLength(RecurrentCell cell, Span span) {
        return innerAt(cell, span)
                + (cell.innerBlock() == NONE ? 0 : Gemm.packedLength(span.hidden(), span.hidden()));
    }

    /** Where V is packed, if the cell has one. */
    private static int innerAt(RecurrentCell cell, Span span) {
        int bias = cell.blocks() * span.hidden();
        return biasAt(cell, span) + (cell.innerBlock() == NONE ? bias : Lanes.lines(bias));
    }

    private static int biasAt(RecurrentCell cell, Span span) {
        return Lanes.FIRST + cell.blocks() * Gemm.packedLength(span.depth(), span.hidden());
    }

    /** The work space of {@link #forward}, in floats: the sums of a step, or of every step, then its inputs. */
    public static int work(RecurrentCell cell, Span span) {
        return inputsAt(cell, span) + 2 * span.batch() * span.depth();
    }

    private static int inputsAt(RecurrentCell cell, Span span) {
        int sums = span.batch() * cell.blocks() * span.hidden();
        return Lanes.FIRST + Lanes.lines(isProjected(cell, span) ? span.steps() * sums : sums);
    }

    /**
     * Returns whether the inputs of all steps are multiplied by W at once, before the first step. The products of a step
     * then read only U. It does not change a bit, as the sums start with the same products.
     */
    private static boolean isProjected(RecurrentCell cell, Span span) {
        long sums = (long) span.steps() * span.batch() * cell.blocks() * span.hidden();
        return dividesUnits(span) && span.steps() > 1 && span.features() >= LEAST_PROJECTED && sums <= MOST_PROJECTED;
    }

    /** Returns whether the units of a batch are divided instead of its rows, which packs the weights otherwise. */
    public static boolean dividesUnits(Span span) {
        return span.batch() < FEW_ROWS;
    }

    /**
     * Computes every step of the span.
     *
     * @param x
     *            [T, B, F]
     * @param packed
     *            receives the packed weights, {@link #packedLength} floats
     * @param work
     *            work space, {@link #work} floats
     */
    public static void forward(Parallel parallel, RecurrentCell cell, CellStates<float[]> y, float[] x,
            CellWeights<float[]> w, Packed packed, float[] work, Span span) {
        List<SumBlocks> adjacent = SumBlocks.of(cell);
        float[] weights = packed.values();
        CellStep[] steps = new CellStep[parallel.threads()];
        Arrays.setAll(steps, part -> new CellStep(y, cell, span));
        if (dividesUnits(span)) {
            SumBlocks[] blocks = adjacent.stream().flatMap(SumBlocks::each).toArray(SumBlocks[]::new);
            parallel.run(packed, (part, parts) -> prepareUnits(part, parts, cell, blocks, w, weights, span),
                    (part, parts) -> forwardUnits(parallel, part, parts, cell, blocks, steps[part], x, weights, work,
                            span));
        } else {
            SumBlocks[] blocks = adjacent.toArray(SumBlocks[]::new);
            parallel.run(packed, (part, parts) -> prepareRows(part, parts, cell, blocks, w, weights, span),
                    (part, parts) -> forwardRows(part, parts, cell, blocks, steps[part], x, weights, work, span));
        }
    }

    /** Packs one thread's part of the weights, and adds up the biases. */
    private static void prepareRows(int part, int parts, RecurrentCell cell, SumBlocks[] all, CellWeights<float[]> w,
            float[] packed, Span span) {
        int hidden = span.hidden();
        int at = Lanes.FIRST;
        for (SumBlocks some : all) {
            int panels = Gemm.panels(some.blocks * hidden);
            pack(packed, at, cell, some, w, span, Parallel.from(part, parts, panels),
                    Parallel.from(part + 1, parts, panels));
            at += Gemm.packedLength(some.depth(span), some.blocks * hidden);
        }
        int panels = Gemm.panels(hidden);
        packInner(packed, cell, w, span, Parallel.from(part, parts, panels), Parallel.from(part + 1, parts, panels));
        if (part == 0) {
            for (int b = 0; b < cell.blocks(); b++) {
                bias(packed, biasAt(cell, span) + b * hidden, cell, b, w, hidden, 0, hidden);
            }
        }
    }

    /** Computes one thread's rows of the batch. */
    private static void forwardRows(int part, int parts, RecurrentCell cell, SumBlocks[] all, CellStep states,
            float[] x, float[] weights, float[] work, Span span) {
        int hidden = span.hidden();
        int features = span.features();
        int depth = span.depth();
        int width = cell.blocks() * hidden;
        int biasAt = biasAt(cell, span);
        int row = Parallel.from(part, parts, span.batch());
        int rows = Parallel.from(part + 1, parts, span.batch()) - row;
        int inputs = inputsAt(cell, span) + row * depth;
        int sums = Lanes.FIRST + row * width;
        for (int t = 0; t < span.steps(); t++) {
            int step = span.first() + t;
            states.move(t, row, 0);
            float[] before = states.before();
            int beforeAt = states.beforeAt();
            for (int i = 0; i < rows; i++) {
                int input = inputs + i * depth;
                System.arraycopy(x, (step * span.batch() + row + i) * features, work, input, features);
                System.arraycopy(before, beforeAt + i * hidden, work, input + features, hidden);
            }
            int packed = Lanes.FIRST;
            for (SumBlocks some : all) {
                int k = some.depth(span);
                int from = some.block * hidden;
                // Panel by panel, so that the sums of a panel stay in the first-level cache over all blocks of k.
                for (int column = 0; column < some.blocks * hidden; column += Gemm.PANEL) {
                    Gemm.multiply(work, sums + from + column, width, weights, biasAt + from + column, 0, work,
                            inputs + some.from(span), depth, weights, packed + column * k, rows, k,
                            Math.min(Gemm.PANEL, some.blocks * hidden - column));
                }
                packed += Gemm.packedLength(k, some.blocks * hidden);
            }
            cell.forward(states, work, sums, rows, hidden, hidden);
            if (cell.innerBlock() != NONE) {
                multiply(work, sums + cell.innerBlock() * hidden, width, NO_BIAS, states.c(), states.cAt(), hidden,
                        weights, innerAt(cell, span), hidden, rows, hidden, hidden);
                cell.finish(states, work, sums, rows, hidden, hidden);
            }
        }
    }

    /** Packs the weights of one thread's units, and adds up their biases. */
    private static void prepareUnits(int part, int parts, RecurrentCell cell, SumBlocks[] blocks,
            CellWeights<float[]> w, float[] packed, Span span) {
        int hidden = span.hidden();
        int panels = Gemm.panels(hidden);
        int from = Parallel.from(part, parts, panels);
        int to = Parallel.from(part + 1, parts, panels);
        int unit = Math.min(hidden, from * Gemm.PANEL);
        int units = Math.min(hidden, to * Gemm.PANEL) - unit;
        for (SumBlocks block : blocks) {
            pack(packed, Lanes.FIRST + block.block * Gemm.packedLength(span.depth(), hidden), cell, block, w, span,
                    from,
                    to);
            bias(packed, biasAt(cell, span) + block.block * hidden, cell, block.block, w, hidden, unit, units);
        }
        packInner(packed, cell, w, span, from, to);
    }

    /**
     * Computes one thread's units of all rows. The threads meet after each step, as each unit needs the whole previous
     * state, and within a step if a gate reads the whole cell state.
     */
    private static void forwardUnits(Parallel parallel, int part, int parts, RecurrentCell cell, SumBlocks[] blocks,
            CellStep states, float[] x, float[] weights, float[] work, Span span) {
        int hidden = span.hidden();
        int features = span.features();
        int batch = span.batch();
        int depth = span.depth();
        int width = cell.blocks() * hidden;
        int blockLength = Gemm.packedLength(depth, hidden);
        int biasAt = biasAt(cell, span);
        int sumsAt = Lanes.FIRST;
        int panels = Gemm.panels(hidden);
        int members = Math.min(parts, panels);
        if (part >= members) {
            return; // no work, and no need to slow down the meetings of the others
        }
        int from = Parallel.from(part, members, panels);
        int unit = Math.min(hidden, from * Gemm.PANEL);
        int units = Math.min(hidden, Parallel.from(part + 1, members, panels) * Gemm.PANEL) - unit;
        boolean projected = isProjected(cell, span);
        for (SumBlocks block : blocks) {
            if (projected && block.input) {
                int column = block.block * hidden + unit;
                int k = block.depth(span);
                multiply(work, sumsAt + column, width, biasAt + column, x, span.first() * batch * features, features,
                        weights, Lanes.FIRST + block.block * blockLength + from * k * Gemm.PANEL, k,
                        span.steps() * batch, features, units);
            }
        }
        for (int t = 0; t < span.steps(); t++) {
            int step = span.first() + t;
            states.move(t, 0, unit);
            float[] before = states.before();
            int beforeAt = states.beforeAt();
            // Two locations take turns, because a thread may start to write the next state before another has read this
            // one.
            int inputs = inputsAt(cell, span) + t % 2 * batch * depth;
            for (int i = 0; i < batch; i++) {
                int input = inputs + i * depth + features;
                System.arraycopy(before, beforeAt + i * hidden, work, input + unit, units);
                if (part == 0 && !projected) {
                    System.arraycopy(x, (step * batch + i) * features, work, input - features, features);
                }
            }
            parallel.meet(part, members);
            for (SumBlocks block : blocks) {
                int column = block.block * hidden + unit;
                int k = block.depth(span);
                int panel = Lanes.FIRST + block.block * blockLength + from * k * Gemm.PANEL;
                if (!projected || !block.input) {
                    multiply(work, sumsAt + column, width, biasAt + column, work, inputs + block.from(span), depth,
                            weights, panel, k, batch, k, units);
                } else if (block.state) {
                    multiply(work, sumsAt + column, width, NO_BIAS, work, inputs + features, depth, weights,
                            panel + features * Gemm.PANEL, k, batch, hidden, units);
                }
            }
            cell.forward(states, work, sumsAt + unit, batch, units, hidden);
            if (cell.innerBlock() != NONE) {
                // The next cell state is written after the next meeting, when every thread has read this one.
                parallel.meet(part, members);
                multiply(work, sumsAt + cell.innerBlock() * hidden + unit, width, NO_BIAS, states.c(),
                        states.cAt() - unit, hidden, weights, innerAt(cell, span) + from * hidden * Gemm.PANEL, hidden,
                        batch, hidden, units);
                cell.finish(states, work, sumsAt + unit, batch, units, hidden);
            }
            sumsAt += projected ? batch * width : 0;
        }
    }

    /**
     * Multiplies by k rows of packed panels, which have {@code depth} rows. Sums start from a bias among the weights, or
     * from their present values.
     */
    private static void multiply(float[] sums, int at, int distance, int biasAt, float[] a, int aAt, int lda,
            float[] weights, int panel, int depth, int m, int k, int n) {
        for (int column = 0; column < n; column += Gemm.PANEL) {
            boolean hasBias = biasAt != NO_BIAS;
            Gemm.multiply(sums, at + column, distance, hasBias ? weights : sums, (hasBias ? biasAt : at) + column,
                    hasBias ? 0 : distance, a, aAt, lda, weights, panel + column * depth, m, k,
                    Math.min(Gemm.PANEL, n - column));
        }
    }

    /**
     * Packs panels {@code from..to} of the transposed weights of some blocks: W above U, for one product with [x h].
     */
    private static void pack(float[] work, int at, RecurrentCell cell, SumBlocks some, CellWeights<float[]> w,
            Span span, int from,
            int to) {
        int features = span.features();
        int hidden = span.hidden();
        int depth = some.depth(span);
        int packed = at + from * depth * Gemm.PANEL;
        if (some.input) {
            Gemm.packTransposedRows(work, packed, depth, 0, w.wIh(), cell.gate(some.block) * hidden * features,
                    features, features,
                    some.blocks * hidden, from, to);
        }
        if (some.state) {
            Gemm.packTransposedRows(work, packed, depth, some.input ? features : 0, w.wHh(),
                    cell.stateGate(some.block) * hidden * hidden, hidden, hidden, some.blocks * hidden, from, to);
        }
    }

    /** Packs panels {@code from..to} of the transpose of V, if the cell has one. */
    private static void packInner(float[] work, RecurrentCell cell, CellWeights<float[]> w, Span span, int from,
            int to) {
        int hidden = span.hidden();
        if (cell.innerBlock() != NONE) {
            Gemm.packTransposed(work, innerAt(cell, span) + from * hidden * Gemm.PANEL,
                    Objects.requireNonNull(w.wCell()), 0, hidden, hidden, hidden, from, to);
        }
    }

    /** Writes the initial values of the sums of n units of a block. */
    private static void bias(float[] work, int at, RecurrentCell cell, int block, CellWeights<float[]> w, int hidden,
            int unit,
            int n) {
        int row = cell.gate(block) * hidden;
        int stateRow = cell.stateGate(block) * hidden;
        for (int j = unit; j < unit + n; j++) {
            float input = cell.readsInput(block) ? w.bIh()[row + j] : 0f;
            work[at + j] = cell.readsState(block) ? input + w.bHh()[stateRow + j] : input;
        }
        if (cell.ownBias(block) != 0) {
            Elementwise.addScaled(work, at + unit, Objects.requireNonNull(w.bCell()), unit, cell.ownBias(block), n);
        }
    }
}
