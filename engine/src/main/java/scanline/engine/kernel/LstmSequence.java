package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * One LSTM layer over a whole sequence, forward and backward (Hochreiter and Schmidhuber 1997, with the forget gate of
 * Gers et al. 2000; gate order i, f, g, o as PyTorch's). The derivation is in docs/kernels/lstm.md.
 *
 * <p>
 * The batch is divided over the threads for the whole sequence, because its rows never meet: no thread waits for another,
 * and none reads what another wrote, which on two cores costs more than the arithmetic. Weight gradients are sums over the
 * batch, so the batch is cut into shards whose number depends on its size alone; each shard has sums of its own, and these
 * are added in the order of the shards at the end.
 *
 * <p>
 * Letters: T steps, B batch, F features, H hidden, G = 4 H. Sequences are time-major: {@code x[T, B, F]}; {@code h} and
 * {@code c} hold the initial state first: {@code h[T + 1, B, H]}.
 */
public final class LstmSequence {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Rows of gate gradients that a shard gathers before it adds up its weight gradient: fewer load and store the sums more
    // often, more leave the caches. It decides the order of the sums, so it depends on nothing but the shape.
    private static final int BLOCK_ROWS = 128;

    // Fewer rows than this in a shard make the sums larger than what is summed; more shards occupy more threads.
    private static final int LEAST_SHARD_ROWS = 24;

    private LstmSequence() {}

    // Of a batch of fewer rows than a tile has, each thread takes units instead of rows: then it reads its part of the
    // weights instead of all of them.
    private static final int FEW_ROWS = 6;

    /** Floats of work space that {@link #forward} needs. */
    public static int forwardWork(int batch, int features, int hidden) {
        int depth = features + hidden;
        return Lanes.FIRST + 4 * Gemm.packedLength(depth, hidden) + Lanes.lines(4 * hidden)
                + Lanes.lines(batch * 4 * hidden) + 2 * batch * depth;
    }

    /** Floats of work space that {@link #backward} needs. */
    public static int backwardWork(int steps, int batch, int features, int hidden) {
        return Layout.of(steps, batch, features, hidden).length;
    }

    /**
     * Computes every step: {@code i, f, o = sigmoid(W x + b + U h' + d), g = tanh(...), c = f c' + i g, h = o tanh(c)}.
     *
     * @param h
     *            [T + 1, B, H], the initial state in the first place; steps are {@code hStep} apart: B H, or 0 to keep
     *            only the last
     * @param c
     *            [T + 1, B, H], likewise with {@code cStep}
     * @param gates
     *            [T, B, G], the activated gates, that the backward pass needs; steps are {@code gateStep} apart
     * @param x
     *            [T, B, F]
     * @param wIh
     *            [G, F]
     * @param wHh
     *            [G, H]
     * @param bIh
     *            [G]
     * @param bHh
     *            [G]
     * @param work
     *            {@link #forwardWork} floats
     */
    public static void forward(Parallel parallel, float[] h, int hStep, float[] c, int cStep, float[] gates,
            int gateStep, float[] x, float[] wIh, float[] wHh, float[] bIh, float[] bHh, float[] work,
            int steps, int batch, int features, int hidden) {
        if (batch < FEW_ROWS) {
            parallel.run((part, parts) -> forwardUnits(parallel, part, parts, h, hStep, c, cStep, gates, gateStep, x,
                    wIh, wHh, bIh, bHh, work, steps, batch, features, hidden));
        } else {
            parallel.run((part, parts) -> forwardRows(parallel, part, parts, h, hStep, c, cStep, gates, gateStep, x,
                    wIh, wHh, bIh, bHh, work, steps, batch, features, hidden));
        }
    }

    /** One thread's rows of the batch. */
    private static void forwardRows(Parallel parallel, int part, int parts, float[] h, int hStep, float[] c, int cStep,
            float[] gates, int gateStep, float[] x, float[] wIh, float[] wHh, float[] bIh, float[] bHh, float[] work,
            int steps, int batch, int features, int hidden) {
        int width = 4 * hidden;
        int depth = features + hidden;
        int biasAt = Lanes.FIRST + Gemm.packedLength(depth, width);
        int sumAt = biasAt + Lanes.lines(width);
        int inputAt = sumAt + Lanes.lines(batch * width);
        int panels = Gemm.panels(width);
        int from = Parallel.from(part, parts, panels);
        int to = Parallel.from(part + 1, parts, panels);
        // One matrix [W U] for one product with [x h], which loads and stores the sums once instead of twice.
        int packed = Lanes.FIRST + from * depth * Gemm.PANEL;
        Gemm.packTransposedRows(work, packed, depth, 0, wIh, 0, features, features, width, from, to);
        Gemm.packTransposedRows(work, packed, depth, features, wHh, 0, hidden, hidden, width, from, to);
        if (part == 0) {
            addBiases(work, biasAt, bIh, bHh, 0, width);
        }
        parallel.meet();
        int row = Parallel.from(part, parts, batch);
        int rows = Parallel.from(part + 1, parts, batch) - row;
        int state = row * hidden;
        int inputs = inputAt + row * depth;
        int sums = sumAt + row * width;
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < rows; i++) {
                int input = inputs + i * depth;
                System.arraycopy(x, (t * batch + row + i) * features, work, input, features);
                System.arraycopy(h, t * hStep + state + i * hidden, work, input + features, hidden);
            }
            // Panel by panel, so that the sums of a panel stay in the first-level cache over all blocks of k.
            for (int column = 0; column < width; column += Gemm.PANEL) {
                Gemm.multiply(work, sums + column, width, work, biasAt + column, 0, work, inputs, depth, work,
                        Lanes.FIRST + column * depth, rows, depth, Math.min(Gemm.PANEL, width - column));
            }
            for (int i = 0; i < rows; i++) {
                // The tiles write to the same cached place at every step; only here, row after row, does the
                // processor see a stream that it can fetch ahead in the memory that keeps all steps.
                int s = state + i * hidden;
                activate(h, (t + 1) * hStep + s, c, (t + 1) * cStep + s, t * cStep + s, gates,
                        t * gateStep + (row + i) * width, work, sums + i * width, hidden, hidden);
            }
        }
    }

    /** One thread's units of all rows; the threads meet after each step, as each unit needs the whole state before. */
    private static void forwardUnits(Parallel parallel, int part, int parts, float[] h, int hStep, float[] c, int cStep,
            float[] gates, int gateStep, float[] x, float[] wIh, float[] wHh, float[] bIh, float[] bHh, float[] work,
            int steps, int batch, int features, int hidden) {
        int width = 4 * hidden;
        int depth = features + hidden;
        int gateLength = Gemm.packedLength(depth, hidden);
        int biasAt = Lanes.FIRST + 4 * gateLength;
        int sumAt = biasAt + Lanes.lines(width);
        int inputAt = sumAt + Lanes.lines(batch * width);
        int panels = Gemm.panels(hidden);
        int members = Math.min(parts, panels);
        if (part >= members) {
            return; // nothing to do, and nobody's meetings to make longer
        }
        int from = Parallel.from(part, members, panels);
        int to = Parallel.from(part + 1, members, panels);
        int unit = Math.min(hidden, from * Gemm.PANEL);
        int units = Math.min(hidden, to * Gemm.PANEL) - unit;
        int packed = Lanes.FIRST + from * depth * Gemm.PANEL;
        for (int gate = 0; gate < 4; gate++) {
            int at = packed + gate * gateLength;
            Gemm.packTransposedRows(work, at, depth, 0, wIh, gate * hidden * features, features, features, hidden, from,
                    to);
            Gemm.packTransposedRows(work, at, depth, features, wHh, gate * hidden * hidden, hidden, hidden, hidden,
                    from,
                    to);
            addBiases(work, biasAt, bIh, bHh, gate * hidden + unit, units);
        }
        for (int t = 0; t < steps; t++) {
            // Two places in turn: a thread may begin to write the next state before another has read this one.
            int inputs = inputAt + t % 2 * batch * depth;
            for (int i = 0; i < batch; i++) {
                int input = inputs + i * depth + features;
                System.arraycopy(h, t * hStep + i * hidden + unit, work, input + unit, units);
                if (part == 0) {
                    System.arraycopy(x, (t * batch + i) * features, work, input - features, features);
                }
            }
            parallel.meet(members);
            for (int gate = 0; gate < 4; gate++) {
                int column = gate * hidden + unit;
                Gemm.multiply(work, sumAt + column, width, work, biasAt + column, 0, work, inputs, depth, work,
                        packed + gate * gateLength, batch, depth, units);
            }
            for (int i = 0; i < batch; i++) {
                int s = i * hidden + unit;
                activate(h, (t + 1) * hStep + s, c, (t + 1) * cStep + s, t * cStep + s, gates,
                        t * gateStep + i * width + unit, work, sumAt + i * width + unit, units, hidden);
            }
        }
    }

    private static void addBiases(float[] work, int biasAt, float[] bIh, float[] bHh, int from, int n) {
        for (int j = from; j < from + n; j++) {
            work[biasAt + j] = bIh[j] + bHh[j];
        }
    }

    /** From the sums of n units' gates to their gates, cell state and hidden state; gates are {@code hidden} apart. */
    private static void activate(float[] h, int hAt, float[] c, int cAt, int before, float[] gates, int at,
            float[] sums,
            int sum, int n, int hidden) {
        Activations.sigmoid(gates, at, sums, sum, n);
        Activations.sigmoid(gates, at + hidden, sums, sum + hidden, n);
        Activations.tanh(gates, at + 2 * hidden, sums, sum + 2 * hidden, n);
        Activations.sigmoid(gates, at + 3 * hidden, sums, sum + 3 * hidden, n);
        cell(c, cAt, before, gates, at, n, hidden);
        Activations.tanh(h, hAt, c, cAt, n);
        Elementwise.multiply(h, hAt, h, hAt, gates, at + 3 * hidden, n);
    }

    /**
     * Goes back through every step and adds to the gradients of the weights, the biases and the input.
     *
     * @param dx
     *            [T, B, F], added to; null when the input needs no gradient
     * @param dwIh
     *            [G, F], added to, as are {@code dwHh} [G, H], {@code dbIh} [G] and {@code dbHh} [G]
     * @param dy
     *            [T, B, H], or [B, H] of the last step alone if {@code last}
     * @param work
     *            {@link #backwardWork} floats
     */
    public static void backward(Parallel parallel, float @Nullable [] dx,
            float[] dwIh, float[] dwHh, float[] dbIh, float[] dbHh, float[] dy, boolean last, float[] h, float[] c,
            float[] gates, float[] x, float[] wIh, float[] wHh, float[] work, int steps, int batch,
            int features, int hidden) {
        int width = 4 * hidden;
        Layout at = Layout.of(steps, batch, features, hidden);
        parallel.run((part, parts) -> {
            pack(work, at.u, wHh, width, hidden, part, parts);
            if (dx != null) {
                pack(work, at.w, wIh, width, features, part, parts);
            }
            parallel.meet();
            backward(at, Parallel.from(part, parts, at.shards), Parallel.from(part + 1, parts, at.shards), dx, dy, last,
                    h, c, gates, x, work, steps, batch, features, hidden);
            parallel.meet();
            int from = Parallel.from(part, parts, width);
            int to = Parallel.from(part + 1, parts, width);
            for (int i = 0; i < features + hidden + 1; i++) {
                for (int shard = 1; shard < at.shards; shard++) {
                    Elementwise.accumulate(work, at.sums + i * width + from, work,
                            at.sums + (shard * (features + hidden + 1) + i) * width + from, to - from);
                }
            }
            addTransposed(dwIh, work, at.sums, features, width, from, to);
            addTransposed(dwHh, work, at.sums + features * width, hidden, width, from, to);
            int bias = at.sums + (features + hidden) * width + from;
            Elementwise.accumulate(dbIh, from, work, bias, to - from);
            Elementwise.accumulate(dbHh, from, work, bias, to - from);
        });
    }

    /**
     * How the backward pass is divided, and where in its work space what lies.
     *
     * @param shards
     *            into how many shards the batch is cut: a power of two, so that they divide evenly over as many threads
     * @param block
     *            time steps whose gate gradients a shard gathers before it adds up their weight gradients
     * @param depth
     *            the most rows that it gathers
     * @param u
     *            the packed U
     * @param w
     *            the packed W
     * @param dh
     *            [B, H], as {@code dc} and {@code tanh}, that of c
     * @param d
     *            [B, G], the gate gradients of a step
     * @param inputs
     *            for each shard [F + H + 1, depth]: x, h and 1 of a block, transposed
     * @param packed
     *            for each shard the gate gradients of a block, in panels
     * @param sums
     *            for each shard [F + H + 1, G]: the gradients of W, U and the bias, transposed
     */
    private record Layout(int shards, int block, int depth, int u, int w, int dh, int dc, int tanh, int d, int inputs,
            int packed, int sums, int length) {
        static Layout of(int steps, int batch, int features, int hidden) {
            int width = 4 * hidden;
            int shards = Integer.highestOneBit(Math.max(1, batch / LEAST_SHARD_ROWS));
            int block = Math.min(steps, Math.max(1, BLOCK_ROWS * shards / batch));
            int depth = block * ((batch + shards - 1) / shards);
            int u = Lanes.FIRST;
            int w = u + Gemm.packedLength(width, hidden);
            int dh = w + Gemm.packedLength(width, features);
            int dc = dh + Lanes.lines(batch * hidden);
            int tanh = dc + Lanes.lines(batch * hidden);
            int d = tanh + Lanes.lines(batch * hidden);
            int packed = d + Lanes.lines(batch * width);
            int sums = packed + shards * 4 * Gemm.packedLength(depth, hidden);
            int inputs = sums + shards * (features + hidden + 1) * width;
            return new Layout(shards, block, depth, u, w, dh, dc, tanh, d, inputs, packed, sums,
                    inputs + shards * (features + hidden + 1) * depth);
        }
    }

    /** Shards {@code from..to} of the batch, from the last step to the first. */
    private static void backward(Layout at, int from, int to, float @Nullable [] dx, float[] dy, boolean last,
            float[] h, float[] c, float[] gates, float[] x, float[] work, int steps, int batch, int features,
            int hidden) {
        int width = 4 * hidden;
        int inputs = features + hidden + 1;
        int inputsLength = inputs * at.depth;
        int packedLength = 4 * Gemm.packedLength(at.depth, hidden);
        int sumsLength = inputs * width;
        int row = Parallel.from(from, at.shards, batch);
        int rows = Parallel.from(to, at.shards, batch) - row;
        int own = row * hidden;
        int size = rows * hidden;
        Arrays.fill(work, at.dh + own, at.dh + own + size, 0f);
        Arrays.fill(work, at.dc + own, at.dc + own + size, 0f);
        Arrays.fill(work, at.inputs + from * inputsLength, at.inputs + to * inputsLength, 1f);
        // Of the unused columns of a last panel nothing is kept, but subnormal numbers in them would be slow.
        Arrays.fill(work, at.packed + from * packedLength, at.packed + to * packedLength, 0f);
        Arrays.fill(work, at.sums + from * sumsLength, at.sums + to * sumsLength, 0f);
        for (int end = steps; end > 0; end -= at.block) {
            int begin = Math.max(0, end - at.block);
            for (int t = end - 1; t >= begin; t--) {
                int state = t * batch * hidden;
                if (!last || t == steps - 1) {
                    Elementwise.accumulate(work, at.dh + own, dy, (last ? 0 : state) + own, size);
                }
                Activations.tanh(work, at.tanh + own, c, state + batch * hidden + own, size);
                for (int shard = from; shard < to; shard++) {
                    int begins = Parallel.from(shard, at.shards, batch);
                    int ends = Parallel.from(shard + 1, at.shards, batch);
                    int depth = (end - begin) * (ends - begins);
                    int first = (t - begin) * (ends - begins);
                    int panels = at.packed + shard * packedLength + first * Gemm.PANEL;
                    for (int i = begins; i < ends; i++) {
                        int s = i * hidden;
                        gateGradients(work, at.d + i * width, panels + (i - begins) * Gemm.PANEL, depth, at.dc + s,
                                at.dh + s, at.tanh + s, gates, (t * batch + i) * width, c, state + s, hidden);
                    }
                    int column = at.inputs + shard * inputsLength + first;
                    Gemm.transpose(work, column, at.depth, x, (t * batch + begins) * features, features, ends - begins,
                            features);
                    Gemm.transpose(work, column + features * at.depth, at.depth, h, state + begins * hidden, hidden,
                            ends - begins, hidden);
                }
                Arrays.fill(work, at.dh + own, at.dh + own + size, 0f);
                Gemm.multiply(work, at.dh + own, hidden, work, at.dh + own, hidden, work, at.d + row * width, width,
                        work, at.u, rows, width, hidden);
                if (dx != null) {
                    int in = (t * batch + row) * features;
                    Gemm.multiply(dx, in, features, dx, in, features, work, at.d + row * width, width, work, at.w,
                            rows, width, features);
                }
            }
            for (int shard = from; shard < to; shard++) {
                int depth = (end - begin)
                        * (Parallel.from(shard + 1, at.shards, batch) - Parallel.from(shard, at.shards, batch));
                for (int gate = 0; gate < 4; gate++) {
                    int sums = at.sums + shard * sumsLength + gate * hidden;
                    Gemm.multiply(work, sums, width, work, sums, width, work, at.inputs + shard * inputsLength,
                            at.depth, work, at.packed + shard * packedLength + gate * Gemm.packedLength(depth, hidden),
                            inputs,
                            depth, hidden);
                }
            }
        }
    }

    private static void pack(float[] packed, int at, float[] w, int k, int n, int part, int parts) {
        int panels = Gemm.panels(n);
        int from = Parallel.from(part, parts, panels);
        Gemm.pack(packed, at + from * k * Gemm.PANEL, w, 0, n, k, n, from, Parallel.from(part + 1, parts, panels));
    }

    /** {@code c = f c' + i g} for n units. */
    private static void cell(float[] c, int cAt, int before, float[] gates, int at, int n, int hidden) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector i = FloatVector.fromArray(S, gates, at + j);
            FloatVector f = FloatVector.fromArray(S, gates, at + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, at + 2 * hidden + j);
            f.fma(FloatVector.fromArray(S, c, before + j), i.mul(g)).intoArray(c, cAt + j);
        }
        for (; j < n; j++) {
            c[cAt + j] = Math.fma(gates[at + hidden + j], c[before + j], gates[at + j] * gates[at + 2 * hidden + j]);
        }
    }

    /**
     * The gradients of one row of gates before their activation, and of the cell state of the step before. Those of the
     * gates go to {@code d}, a row for the product with U, and, for the weight gradients, straight into panels as
     * {@link Gemm#pack} makes them, each gate into its own, {@code depth} rows long.
     */
    private static void gateGradients(float[] work, int d, int packed, int depth, int dc, int dh, int tanh,
            float[] gates, int at, float[] c, int cAt, int hidden) {
        int gate = Gemm.packedLength(depth, hidden);
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector i = FloatVector.fromArray(S, gates, at + j);
            FloatVector f = FloatVector.fromArray(S, gates, at + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, at + 2 * hidden + j);
            FloatVector o = FloatVector.fromArray(S, gates, at + 3 * hidden + j);
            FloatVector tc = FloatVector.fromArray(S, work, tanh + j);
            FloatVector dhj = FloatVector.fromArray(S, work, dh + j);
            // Tiny values become zero here and below; written out, as C2 might not inline a method that returns a vector.
            FloatVector product = dhj.mul(o);
            FloatVector dho = product.blend(0f, product.abs().compare(VectorOperators.LT, TINY));
            // dh o (1 - tanh(c)^2) + dc
            FloatVector sum = dho.sub(dho.mul(tc).mul(tc)).add(FloatVector.fromArray(S, work, dc + j));
            FloatVector dcj = sum.blend(0f, sum.abs().compare(VectorOperators.LT, TINY));
            FloatVector di = dcj.mul(g).mul(i);
            FloatVector df = dcj.mul(FloatVector.fromArray(S, c, cAt + j)).mul(f);
            FloatVector dg = dcj.mul(i);
            FloatVector dO = dho.mul(tc);
            FloatVector d0 = di.sub(di.mul(i));
            FloatVector d1 = df.sub(df.mul(f));
            FloatVector d2 = dg.sub(dg.mul(g).mul(g));
            FloatVector d3 = dO.sub(dO.mul(o));
            d0.intoArray(work, d + j);
            d1.intoArray(work, d + hidden + j);
            d2.intoArray(work, d + 2 * hidden + j);
            d3.intoArray(work, d + 3 * hidden + j);
            int to = inPanel(packed, j, depth);
            d0.intoArray(work, to);
            d1.intoArray(work, to + gate);
            d2.intoArray(work, to + 2 * gate);
            d3.intoArray(work, to + 3 * gate);
            dcj.mul(f).intoArray(work, dc + j);
        }
        for (; j < hidden; j++) {
            float i = gates[at + j];
            float f = gates[at + hidden + j];
            float g = gates[at + 2 * hidden + j];
            float o = gates[at + 3 * hidden + j];
            float tc = work[tanh + j];
            float dho = flush(work[dh + j] * o);
            float dcj = flush(dho - dho * tc * tc + work[dc + j]);
            float di = dcj * g * i;
            float df = dcj * c[cAt + j] * f;
            float dg = dcj * i;
            float dO = dho * tc;
            int to = inPanel(packed, j, depth);
            work[d + j] = work[to] = di - di * i;
            work[d + hidden + j] = work[to + gate] = df - df * f;
            work[d + 2 * hidden + j] = work[to + 2 * gate] = dg - dg * g * g;
            work[d + 3 * hidden + j] = work[to + 3 * gate] = dO - dO * o;
            work[dc + j] = dcj * f;
        }
    }

    // A gradient that fades over hundreds of steps ends in subnormal numbers, which processors multiply a hundred times
    // slower, and stays there, since the smallest of them times 0.6 rounds to itself. What is below this bound can no
    // longer change a float32 sum of gradients, so it is zero, here and on every machine.
    private static final float TINY = 1e-25f;

    private static float flush(float x) {
        return Math.abs(x) < TINY ? 0f : x;
    }

    /** Where column j of a row that begins at {@code d} lies, in panels of {@code depth} rows. */
    private static int inPanel(int d, int j, int depth) {
        return d + (j & -Gemm.PANEL) * depth + (j & (Gemm.PANEL - 1));
    }

    /** Adds columns {@code from..to} of {@code sum[k, G]} to {@code dw[G, k]}. */
    private static void addTransposed(float[] dw, float[] sum, int sumAt, int k, int width, int from, int to) {
        for (int j = from; j < to; j++) {
            for (int p = 0; p < k; p++) {
                dw[j * k + p] += sum[sumAt + p * width + j];
            }
        }
    }
}
