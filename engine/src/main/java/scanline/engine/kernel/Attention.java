package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.AttentionShape;
import scanline.engine.geometry.HeadsView;
import scanline.engine.geometry.Qkv;

/**
 * Scaled dot-product attention, {@code softmax(Q K^T / sqrt(d)) V} for each head of each example (Vaswani et al. 2017,
 * equation 1). A head's scores never leave the cache: they are computed for 64 queries at a time, and the backward pass
 * computes them again instead of reading them (Dao et al. 2022, "FlashAttention"). Unlike there, all keys of a query
 * are processed at once, because sequences are short here, so no softmax has to be corrected.
 *
 * <p>
 * Scores are stored transposed, [keys, queries], so each lane is a query. The largest score, the sum and the gradient's
 * sum over the keys of a query are computed down the rows, in increasing order, and lanes never exchange values.
 * Letters: T_q queries, T_k keys, B batch, d width of a head. Sequences are time-major, so consecutive rows of queries
 * are {@code B x columns} floats apart. Derivation: docs/kernels/attention.md.
 */
public final class Attention {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    // Queries that are processed at a time: four vectors of 512 bits.
    private static final int BLOCK = 64;
    private static final float[] ZEROS = new float[BLOCK];

    private Attention() {}

    /** The layout of a thread's work space. */
    record Layout(int packed, int scores, int dropped, int gradients, int values, int line,
            int end) {
        static Layout of(int at, AttentionShape shape) {
            int square = shape.keys() * BLOCK;
            int scores = at + Gemm.packedLength(shape.width(), BLOCK);
            int dropped = shape.dropout().rate() > 0 ? scores + square : scores;
            int gradients = dropped + square;
            int values = gradients + square;
            int line = values + Gemm.packedLength(Math.max(shape.keys(), BLOCK), shape.width());
            return new Layout(at, scores, dropped, gradients, values, line, line + BLOCK);
        }
    }

    /** The work space of a team, in floats. */
    public static int work(AttentionShape shape, int threads) {
        return Lanes.FIRST + threads * threadWork(shape);
    }

    /** The work space of a thread, in floats. */
    static int threadWork(AttentionShape shape) {
        return Lanes.lines(Layout.of(0, shape).end);
    }

    private static float scale(AttentionShape shape) {
        return (float) (1 / Math.sqrt(shape.width()));
    }

    /**
     * Computes a head: sets its columns of y.
     *
     * @param b
     *            the index of the example in q, k, v and y
     * @param h
     *            the index of the head, likewise
     * @param number
     *            the head's number among all heads of all examples, on which mask and dropout depend
     */
    static void forward(HeadsView<float[]> y, Qkv<float[]> x, float[] work, Layout at, AttentionShape shape, int b,
            int h,
            int number) {
        for (int first = 0; first < shape.queries(); first += BLOCK) {
            int count = Math.min(BLOCK, shape.queries() - first);
            weights(work, at, x, shape, first, count, b, h, number);
            drop(work, at, shape, first, count, number);
            outputs(y, x.v(), work, at, shape, first, count, b, h, number);
        }
    }

    /**
     * Adds a head's gradients to its columns of dq, dk and dv.
     *
     * @param y
     *            receives the head's output again, unless null
     */
    static void backward(Qkv<float[]> dx, @Nullable HeadsView<float[]> y, HeadsView<float[]> dy, Qkv<float[]> x,
            float[] work, Layout at, AttentionShape shape, int b, int h, int number) {
        for (int first = 0; first < shape.queries(); first += BLOCK) {
            int count = Math.min(BLOCK, shape.queries() - first);
            weights(work, at, x, shape, first, count, b, h, number);
            drop(work, at, shape, first, count, number);
            if (y != null) {
                outputs(y, x.v(), work, at, shape, first, count, b, h, number);
            }
            gradients(dx, dy, x, work, at, shape, first, count, b, h, number);
        }
    }

    @FunctionalInterface
    private interface Head {
        void run(Layout at, int number);
    }

    /** Divides all heads of all examples among the threads. */
    private static void each(Parallel parallel, AttentionShape shape, Head head) {
        int count = shape.batch() * shape.heads();
        int piece = threadWork(shape);
        parallel.run(2L * count * shape.queries() * shape.keys() * shape.width(), (part, parts) -> {
            Layout at = Layout.of(Lanes.FIRST + part * piece, shape);
            int end = Parallel.from(part + 1, parts, count);
            for (int number = Parallel.from(part, parts, count); number < end; number++) {
                head.run(at, number);
            }
        });
    }

    /** Sets y. */
    public static void forward(Parallel parallel, HeadsView<float[]> y, Qkv<float[]> x, float[] work,
            AttentionShape shape) {
        each(parallel, shape, (at, number) -> forward(y, x, work, at, shape, number / shape.heads(),
                number % shape.heads(), number));
    }

    /** Adds to the gradients of queries, keys and values. */
    public static void backward(Parallel parallel, Qkv<float[]> dx, HeadsView<float[]> dy, Qkv<float[]> x, float[] work,
            AttentionShape shape) {
        each(parallel, shape, (at, number) -> backward(dx, null, dy, x, work, at, shape, number / shape.heads(),
                number % shape.heads(), number));
    }

    /** {@code Y = P V}. */
    private static void outputs(HeadsView<float[]> y, HeadsView<float[]> v, float[] work, Layout at,
            AttentionShape shape, int first, int count, int b,
            int h, int number) {
        int d = shape.width();
        int keys = shape.keys(number, first + count);
        int ld = Lanes.lines(count);
        Gemm.pack(work, at.values, v.values(), v.at(shape, 0, b, h), v.step(), keys, d, 0, Gemm.panels(d));
        for (int column = 0; column < d; column += ZEROS.length) {
            // Sums start at zero, for at most as many columns as ZEROS has.
            int columns = Math.min(ZEROS.length, d - column);
            Gemm.multiplyTransposed(y.values(), y.at(shape, first, b, h) + column, y.step(), ZEROS, 0, 0, work,
                    at.dropped, ld,
                    work, at.values + column * keys, count, keys, columns);
        }
    }

    private static void gradients(Qkv<float[]> dx, HeadsView<float[]> dy, Qkv<float[]> x, float[] work,
            Layout at, AttentionShape shape, int first, int count, int b, int h, int number) {
        int d = shape.width();
        int panels = Gemm.panels(d);
        int keys = shape.keys(number, first + count);
        HeadsView<float[]> q = x.q();
        HeadsView<float[]> k = x.k();
        HeadsView<float[]> dq = dx.q();
        HeadsView<float[]> dk = dx.k();
        HeadsView<float[]> dv = dx.v();
        int ld = Lanes.lines(count);
        // dV += P^T dY, dP^T = V dY^T
        Gemm.pack(work, at.values, dy.values(), dy.at(shape, first, b, h), dy.step(), count, d, 0, panels);
        int to = dv.at(shape, 0, b, h);
        Gemm.multiply(dv.values(), to, dv.step(), dv.values(), to, dv.step(), work, at.dropped, ld, work, at.values,
                keys,
                count,
                d);
        products(work, at.gradients, at.packed, x.v(), dy, shape, first, count, keys, b, h);
        if (shape.dropout().rate() > 0) {
            dropFrom(work, at.gradients, shape, first, count, keys, ld, number);
        }
        scoreGradients(work, at.gradients, at.scores, at.line, keys, ld, scale(shape));
        // dK += dS^T Q, dQ += dS K
        Gemm.pack(work, at.values, q.values(), q.at(shape, first, b, h), q.step(), count, d, 0, panels);
        to = dk.at(shape, 0, b, h);
        Gemm.multiply(dk.values(), to, dk.step(), dk.values(), to, dk.step(), work, at.gradients, ld, work, at.values,
                keys,
                count, d);
        Gemm.pack(work, at.values, k.values(), k.at(shape, 0, b, h), k.step(), keys, d, 0, panels);
        to = dq.at(shape, first, b, h);
        Gemm.multiplyTransposed(dq.values(), to, dq.step(), dq.values(), to, dq.step(), work, at.gradients, ld, work,
                at.values,
                count, keys, d);
    }

    /** {@code P^T = softmax(K Q^T / sqrt(d))} down the columns, [keys, ld]. */
    private static void weights(float[] work, Layout at, Qkv<float[]> x, AttentionShape shape, int first, int count,
            int b,
            int h, int number) {
        int keys = shape.keys(number, first + count);
        int ld = Lanes.lines(count);
        products(work, at.scores, at.packed, x.k(), x.q(), shape, first, count, keys, b, h);
        hide(work, at.scores, shape, first, count, keys, ld, Float.NEGATIVE_INFINITY);
        maxima(work, at.line, at.scores, keys, ld);
        shift(work, at.scores, at.line, keys, ld, scale(shape));
        Activations.exp(work, at.scores, work, at.scores, keys * ld);
        hide(work, at.scores, shape, first, count, keys, ld, 0f);
        inverseSums(work, at.line, at.scores, keys, ld);
        normalize(work, at.scores, at.line, keys, ld);
    }

    /** {@code A B^T}, [keys, ld], of the keys' rows of a head of A and a block of rows of B. */
    private static void products(float[] work, int to, int packed, HeadsView<float[]> a, HeadsView<float[]> b,
            AttentionShape shape, int first, int count,
            int keys, int example, int head) {
        int ld = Lanes.lines(count);
        Gemm.packTransposed(work, packed, b.values(), b.at(shape, first, example, head), b.step(), shape.width(), count,
                0,
                Gemm.panels(count));
        // Beyond the last column, up to ld, the panels contain zeros, so whole vectors can be written.
        Gemm.multiply(work, to, ld, ZEROS, 0, 0, a.values(), a.at(shape, 0, example, head), a.step(), work, packed,
                keys,
                shape.width(), Math.min(ld, Gemm.panels(count) * Gemm.PANEL));
    }

    /** Sets the scores of masked keys. */
    private static void hide(float[] work, int at, AttentionShape shape, int first, int count, int keys, int ld,
            float value) {
        if (shape.mask().causal()) {
            for (int j = first + 1; j < keys; j++) {
                Arrays.fill(work, at + j * ld, at + j * ld + Math.min(count, j - first), value);
            }
        }
    }

    private static void maxima(float[] work, int line, int at, int keys, int ld) {
        for (int column = 0; column < ld; column += W) {
            FloatVector most = FloatVector.fromArray(S, work, at + column);
            for (int j = 1; j < keys; j++) {
                FloatVector score = FloatVector.fromArray(S, work, at + j * ld + column);
                most = most.blend(score, score.compare(VectorOperators.GT, most));
            }
            most.intoArray(work, line + column);
        }
    }

    /** {@code s = (s - max) scale}. */
    private static void shift(float[] work, int at, int line, int keys, int ld, float scale) {
        for (int column = 0; column < ld; column += W) {
            FloatVector most = FloatVector.fromArray(S, work, line + column);
            for (int j = 0; j < keys; j++) {
                int place = at + j * ld + column;
                FloatVector.fromArray(S, work, place).sub(most).mul(scale).intoArray(work, place);
            }
        }
    }

    private static void inverseSums(float[] work, int line, int at, int keys, int ld) {
        for (int column = 0; column < ld; column += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int j = 0; j < keys; j++) {
                sum = sum.add(FloatVector.fromArray(S, work, at + j * ld + column));
            }
            FloatVector.broadcast(S, 1f).div(sum).intoArray(work, line + column);
        }
    }

    private static void normalize(float[] work, int at, int line, int keys, int ld) {
        for (int column = 0; column < ld; column += W) {
            FloatVector inverse = FloatVector.fromArray(S, work, line + column);
            for (int j = 0; j < keys; j++) {
                int place = at + j * ld + column;
                FloatVector.fromArray(S, work, place).mul(inverse).intoArray(work, place);
            }
        }
    }

    /** {@code dS^T = P^T (dP^T - sum over the keys of P^T dP^T) scale}, which replaces dP^T. */
    private static void scoreGradients(float[] work, int at, int weights, int line, int keys, int ld, float scale) {
        for (int column = 0; column < ld; column += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int j = 0; j < keys; j++) {
                int place = j * ld + column;
                sum = FloatVector.fromArray(S, work, weights + place).fma(FloatVector.fromArray(S, work, at + place),
                        sum);
            }
            sum.intoArray(work, line + column);
        }
        for (int column = 0; column < ld; column += W) {
            FloatVector sum = FloatVector.fromArray(S, work, line + column);
            for (int j = 0; j < keys; j++) {
                int place = j * ld + column;
                FloatVector.fromArray(S, work, at + place).sub(sum)
                        .mul(FloatVector.fromArray(S, work, weights + place).mul(scale)).intoArray(work, at + place);
            }
        }
    }

    /** Copies the weights and drops some of the copy. Without dropout, the original is used as the copy. */
    private static void drop(float[] work, Layout at, AttentionShape shape, int first, int count, int number) {
        if (shape.dropout().rate() > 0) {
            int keys = shape.keys(number, first + count);
            int ld = Lanes.lines(count);
            System.arraycopy(work, at.scores, work, at.dropped, keys * ld);
            dropFrom(work, at.dropped, shape, first, count, keys, ld, number);
        }
    }

    /** Drops weights of [keys, ld]: the weight of query i and key j of head n has the number (n T_q + i) T_k + j. */
    private static void dropFrom(float[] work, int at, AttentionShape shape, int first, int count, int keys, int ld,
            int number) {
        long place = ((long) number * shape.queries() + first) * shape.keys();
        int all = count * shape.keys();
        for (int done = 0; done < all; done += RandomWords.CHUNK) {
            int chunk = Math.min(RandomWords.CHUNK, all - done);
            dropChunk(work, at, shape, RandomWords.of(shape.dropout().key(), place + done, chunk), chunk,
                    done / shape.keys(),
                    done % shape.keys(), keys, ld);
        }
    }

    /**
     * Processes the weights from that of query i and key j on; only the first {@code keys} keys of a query are used.
     */
    private static void dropChunk(float[] work, int at, AttentionShape shape, int[] words, int chunk, int i, int j,
            int keys,
            int ld) {
        float scale = Dropout.scale(shape.dropout().rate());
        int bound = Dropout.bound(shape.dropout().rate());
        for (int e = 0; e < chunk; e++) {
            if (j < keys) {
                int place = at + j * ld + i;
                work[place] = Dropout.drops(words[e], bound) ? 0f : work[place] * scale;
            }
            if (++j == shape.keys()) {
                j = 0;
                i++;
            }
        }
    }
}
