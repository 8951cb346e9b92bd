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
    // often, more leave the second-level cache. It decides the order of the sums, so it depends on nothing but the shape.
    private static final int BLOCK_ROWS = 256;

    // Fewer rows than this in a shard make the sums larger than what is summed; more shards occupy more threads.
    private static final int LEAST_SHARD_ROWS = 24;

    private LstmSequence() {}

    /** Into how many shards a batch is cut: a power of two, so that they divide evenly over as many threads. */
    private static int shards(int batch) {
        return Integer.highestOneBit(Math.max(1, batch / LEAST_SHARD_ROWS));
    }

    /** Time steps in a block of the backward pass. */
    private static int blockSteps(int steps, int batch) {
        return Math.min(steps, Math.max(1, BLOCK_ROWS * shards(batch) / batch));
    }

    /** The most rows of gate gradients that a shard gathers. */
    private static int shardRows(int steps, int batch) {
        int shards = shards(batch);
        return blockSteps(steps, batch) * ((batch + shards - 1) / shards);
    }

    /** Floats of work space that {@link #forward} needs. */
    public static int forwardWork(int batch, int features, int hidden) {
        int width = 4 * hidden;
        return Gemm.packedLength(features, width) + Gemm.packedLength(hidden, width) + width + batch * width;
    }

    /** Floats of work space that {@link #backward} needs. */
    public static int backwardWork(int steps, int batch, int features, int hidden) {
        int width = 4 * hidden;
        int rows = shardRows(steps, batch);
        int aShard = Gemm.packedLength(rows, width) + (rows + width) * (hidden + features) + width;
        return Gemm.packedLength(width, hidden) + Gemm.packedLength(width, features)
                + blockSteps(steps, batch) * batch * width + 3 * batch * hidden + shards(batch) * aShard;
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
        int width = 4 * hidden;
        int hhAt = Gemm.packedLength(features, width);
        int biasAt = hhAt + Gemm.packedLength(hidden, width);
        int sumAt = biasAt + width;
        parallel.run((part, parts) -> {
            int panels = Gemm.panels(width);
            int from = Parallel.from(part, parts, panels);
            int to = Parallel.from(part + 1, parts, panels);
            Gemm.packTransposed(work, from * features * Gemm.PANEL, wIh, 0, features, features, width, from, to);
            Gemm.packTransposed(work, hhAt + from * hidden * Gemm.PANEL, wHh, 0, hidden, hidden, width, from, to);
            if (part == 0) {
                for (int j = 0; j < width; j++) {
                    work[biasAt + j] = bIh[j] + bHh[j];
                }
            }
            parallel.meet();
            int row = Parallel.from(part, parts, batch);
            int rows = Parallel.from(part + 1, parts, batch) - row;
            int state = row * hidden;
            for (int t = 0; t < steps; t++) {
                int in = (t * batch + row) * features;
                int sums = sumAt + row * width;
                // Panel by panel, so that the second product finds the sums of the first in the first-level cache.
                for (int column = 0; column < width; column += Gemm.PANEL) {
                    int columns = Math.min(Gemm.PANEL, width - column);
                    Gemm.multiply(work, sums + column, width, work, biasAt + column, 0, x, in, features, work,
                            column * features, rows, features, columns);
                    Gemm.multiply(work, sums + column, width, work, sums + column, width, h, t * hStep + state, hidden,
                            work, hhAt + column * hidden, rows, hidden, columns);
                }
                for (int i = 0; i < rows; i++) {
                    // The tiles write to the same cached place at every step; only here, row after row, does the
                    // processor see a stream that it can fetch ahead in the memory that keeps all steps.
                    int sum = sums + i * width;
                    int at = t * gateStep + (row + i) * width;
                    Activations.sigmoid(gates, at, work, sum, 2 * hidden);
                    Activations.tanh(gates, at + 2 * hidden, work, sum + 2 * hidden, hidden);
                    Activations.sigmoid(gates, at + 3 * hidden, work, sum + 3 * hidden, hidden);
                    int s = state + i * hidden;
                    int next = (t + 1) * cStep + s;
                    cell(c, next, c, t * cStep + s, gates, at, hidden);
                    Activations.tanh(h, (t + 1) * hStep + s, c, next, hidden);
                    int out = (t + 1) * hStep + s;
                    Elementwise.multiply(h, out, h, out, gates, at + 3 * hidden, hidden);
                }
            }
        });
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
        int shards = shards(batch);
        int block = blockSteps(steps, batch);
        int state = batch * hidden;
        int ihAt = Gemm.packedLength(width, hidden);
        int blockAt = ihAt + Gemm.packedLength(width, features);
        int dhAt = blockAt + block * batch * width;
        int dcAt = dhAt + state;
        int tanhAt = dcAt + state;
        int packedAt = tanhAt + state;
        int packedLength = Gemm.packedLength(shardRows(steps, batch), width);
        int inputsAt = packedAt + shards * packedLength;
        int inputsLength = shardRows(steps, batch) * (hidden + features);
        int sumsAt = inputsAt + shards * inputsLength;
        int sumsLength = (hidden + features + 1) * width;
        parallel.run((part, parts) -> {
            pack(work, 0, wHh, width, hidden, part, parts);
            if (dx != null) {
                pack(work, ihAt, wIh, width, features, part, parts);
            }
            int shard = Parallel.from(part, parts, shards);
            int shardEnd = Parallel.from(part + 1, parts, shards);
            int row = Parallel.from(shard, shards, batch);
            int rows = Parallel.from(shardEnd, shards, batch) - row;
            int own = row * hidden;
            Arrays.fill(work, dhAt + own, dhAt + own + rows * hidden, 0f);
            Arrays.fill(work, dcAt + own, dcAt + own + rows * hidden, 0f);
            Arrays.fill(work, sumsAt + shard * sumsLength, sumsAt + shardEnd * sumsLength, 0f);
            parallel.meet();
            for (int end = steps; end > 0; end -= block) {
                int begin = Math.max(0, end - block);
                for (int t = end - 1; t >= begin; t--) {
                    int d = blockAt + ((t - begin) * batch + row) * width;
                    if (!last || t == steps - 1) {
                        Elementwise.accumulate(work, dhAt + own, dy, (last ? 0 : t * state) + own, rows * hidden);
                    }
                    Activations.tanh(work, tanhAt + own, c, (t + 1) * state + own, rows * hidden);
                    for (int i = 0; i < rows; i++) {
                        int s = own + i * hidden;
                        gateGradients(work, d + i * width, dcAt + s, dhAt + s, tanhAt + s, gates,
                                (t * batch + row + i) * width, c, t * state + s, hidden);
                    }
                    Arrays.fill(work, dhAt + own, dhAt + own + rows * hidden, 0f);
                    Gemm.multiply(work, dhAt + own, hidden, work, dhAt + own, hidden, work, d, width, work, 0, rows,
                            width, hidden);
                    if (dx != null) {
                        int in = (t * batch + row) * features;
                        Gemm.multiply(dx, in, features, dx, in, features, work, d, width, work, ihAt, rows, width,
                                features);
                    }
                }
                for (int s = shard; s < shardEnd; s++) {
                    // One place for the packed rows of all shards of a thread: it stays in its cache.
                    addWeightGradients(work, sumsAt + s * sumsLength, packedAt + shard * packedLength,
                            inputsAt + shard * inputsLength, blockAt, h, x, begin, end, Parallel.from(s, shards, batch),
                            Parallel.from(s + 1, shards, batch), batch, features, hidden);
                }
            }
            parallel.meet();
            int from = Parallel.from(part, parts, width);
            int to = Parallel.from(part + 1, parts, width);
            for (int i = 0; i < hidden + features + 1; i++) {
                for (int s = 1; s < shards; s++) {
                    Elementwise.accumulate(work, sumsAt + i * width + from, work,
                            sumsAt + s * sumsLength + i * width + from, to - from);
                }
            }
            addTransposed(dwHh, work, sumsAt, hidden, width, from, to);
            addTransposed(dwIh, work, sumsAt + hidden * width, features, width, from, to);
            Elementwise.accumulate(dbIh, from, work, sumsAt + (hidden + features) * width + from, to - from);
            Elementwise.accumulate(dbHh, from, work, sumsAt + (hidden + features) * width + from, to - from);
        });
    }

    /**
     * Adds what rows {@code row..rowEnd} of steps {@code begin..end} contribute: {@code sums[H, G] += h^T d}, then
     * {@code [F, G] += x^T d}, then {@code [G] +=} the sums of d, with d[steps, B, G] from {@code blockAt} on.
     */
    private static void addWeightGradients(float[] work, int sums, int packed, int inputs, int blockAt, float[] h,
            float[] x, int begin, int end, int row, int rowEnd, int batch, int features, int hidden) {
        int width = 4 * hidden;
        int rows = rowEnd - row;
        int depth = (end - begin) * rows;
        int xAt = inputs + depth * hidden;
        for (int t = begin; t < end; t++) {
            int first = (t - begin) * rows;
            Gemm.packRows(work, packed, depth, first, work, blockAt + ((t - begin) * batch + row) * width, width, rows,
                    width, 0, Gemm.panels(width));
            System.arraycopy(h, (t * batch + row) * hidden, work, inputs + first * hidden, rows * hidden);
            System.arraycopy(x, (t * batch + row) * features, work, xAt + first * features, rows * features);
        }
        Gemm.multiplyTransposed(work, sums, width, work, inputs, hidden, work, packed, hidden, depth, width);
        Gemm.multiplyTransposed(work, sums + hidden * width, width, work, xAt, features, work, packed, features, depth,
                width);
        addRows(work, sums + (hidden + features) * width, work, packed, depth, width);
    }

    private static void pack(float[] packed, int at, float[] w, int k, int n, int part, int parts) {
        int panels = Gemm.panels(n);
        int from = Parallel.from(part, parts, panels);
        Gemm.pack(packed, at + from * k * Gemm.PANEL, w, 0, n, k, n, from, Parallel.from(part + 1, parts, panels));
    }

    /** {@code c = f c' + i g} for one row of gates i, f, g, o. */
    private static void cell(float[] c, int cAt, float[] before, int beforeAt, float[] gates, int at, int hidden) {
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector i = FloatVector.fromArray(S, gates, at + j);
            FloatVector f = FloatVector.fromArray(S, gates, at + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, at + 2 * hidden + j);
            f.fma(FloatVector.fromArray(S, before, beforeAt + j), i.mul(g)).intoArray(c, cAt + j);
        }
        for (; j < hidden; j++) {
            c[cAt + j] = Math.fma(gates[at + hidden + j], before[beforeAt + j],
                    gates[at + j] * gates[at + 2 * hidden + j]);
        }
    }

    /** The gradients of one row of gates before their activation, and of the cell state of the step before. */
    private static void gateGradients(float[] work, int d, int dc, int dh, int tanh, float[] gates, int at, float[] c,
            int cAt, int hidden) {
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
            di.sub(di.mul(i)).intoArray(work, d + j);
            df.sub(df.mul(f)).intoArray(work, d + hidden + j);
            dg.sub(dg.mul(g).mul(g)).intoArray(work, d + 2 * hidden + j);
            dO.sub(dO.mul(o)).intoArray(work, d + 3 * hidden + j);
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
            work[d + j] = di - di * i;
            work[d + hidden + j] = df - df * f;
            work[d + 2 * hidden + j] = dg - dg * g * g;
            work[d + 3 * hidden + j] = dO - dO * o;
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

    /** {@code sum[j] += the sum over rows of packed[row, j]}. */
    private static void addRows(float[] sum, int sumAt, float[] packed, int at, int rows, int columns) {
        for (int panel = 0; panel < Gemm.panels(columns); panel++) {
            int column = panel * Gemm.PANEL;
            int width = Math.min(Gemm.PANEL, columns - column);
            for (int p = 0; p < rows; p++) {
                Elementwise.accumulate(sum, sumAt + column, packed, at + (panel * rows + p) * Gemm.PANEL, width);
            }
        }
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
