package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.random.RandomKey;

/**
 * Scaled dot-product attention, {@code softmax(Q K^T / sqrt(d)) V} for each head of each example (Vaswani et al. 2017,
 * equation 1). A head's scores never leave the cache: they are made for 64 queries at a time, and the backward pass makes
 * them again instead of reading them (Dao et al. 2022, "FlashAttention"; with all keys of a query at once, as sequences are
 * short here, so that no softmax has to be corrected).
 *
 * <p>
 * Scores lie transposed, [keys, queries]: queries are lanes, so the largest score, the sum and the gradient's sum over the
 * keys of a query are taken down the rows, in increasing order, and lanes never meet. Letters: T_q queries, T_k keys, B
 * batch, d width of a head; a row of queries lies {@code B x columns} behind the one before, as sequences are time-major.
 * Derivation: docs/kernels/attention.md.
 */
public final class Attention {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    // Queries at a time: four vectors of 512 bits.
    private static final int BLOCK = 64;
    private static final float[] ZEROS = new float[BLOCK];

    private Attention() {}

    /**
     * Sizes and mask.
     *
     * @param width
     *            d
     * @param queries
     *            T_q
     * @param keys
     *            T_k
     * @param causal
     *            whether query i sees the keys up to i alone
     * @param lengths
     *            how many keys of an example count; empty for all
     * @param key
     *            what dropout of the weights draws from
     * @param dropout
     *            its rate
     */
    public record Sizes(int heads, int width, int queries, int keys, boolean causal, int[] lengths,
            RandomKey key, float dropout) {
        /** How many keys the queries before {@code end} of a head see at most; those that they see come first. */
        int keys(int number, int end) {
            int count = lengths.length == 0 ? keys : lengths[number / heads];
            return causal ? Math.min(count, end) : count;
        }

        float scale() {
            return (float) (1 / Math.sqrt(width));
        }
    }

    /**
     * Where the heads of a block lie: neighbours in a row, from {@code at} on, whose rows are {@code step} apart from one
     * step to the next and {@code example} from one example to the next.
     */
    public record Heads(float[] values, int at, int step, int example) {
        int at(Sizes sizes, int t, int b, int h) {
            return at + t * step + b * example + h * sizes.width;
        }
    }

    /** Where a thread's work space has what. */
    record Layout(int packed, int scores, int dropped, int gradients, int values, int line,
            int end) {
        static Layout of(int at, Sizes sizes) {
            int square = sizes.keys * BLOCK;
            int scores = at + Gemm.packedLength(sizes.width, BLOCK);
            int dropped = sizes.dropout > 0 ? scores + square : scores;
            int gradients = dropped + square;
            int values = gradients + square;
            int line = values + Gemm.packedLength(Math.max(sizes.keys, BLOCK), sizes.width);
            return new Layout(at, scores, dropped, gradients, values, line, line + BLOCK);
        }
    }

    /** Floats of work space that a thread needs. */
    public static int work(Sizes sizes) {
        return Lanes.lines(Layout.of(0, sizes).end);
    }

    /**
     * A head: sets its columns of y.
     *
     * @param b
     *            the example, as q, k, v and y count them
     * @param h
     *            the head, likewise
     * @param number
     *            the head's number among all heads of all examples, on which mask and dropout depend
     */
    static void forward(Heads y, Heads q, Heads k, Heads v, float[] work, Layout at, Sizes sizes, int b, int h,
            int number) {
        for (int first = 0; first < sizes.queries; first += BLOCK) {
            int count = Math.min(BLOCK, sizes.queries - first);
            weights(work, at, q, k, sizes, first, count, b, h, number);
            drop(work, at, sizes, first, count, number);
            outputs(y, v, work, at, sizes, first, count, b, h, number);
        }
    }

    /**
     * The head's gradients, added to what is in its columns of dq, dk and dv.
     *
     * @param y
     *            where what the head gives is set again, or null
     */
    static void backward(Heads dq, Heads dk, Heads dv, @Nullable Heads y, Heads dy, Heads q, Heads k, Heads v,
            float[] work, Layout at, Sizes sizes, int b, int h, int number) {
        for (int first = 0; first < sizes.queries; first += BLOCK) {
            int count = Math.min(BLOCK, sizes.queries - first);
            weights(work, at, q, k, sizes, first, count, b, h, number);
            drop(work, at, sizes, first, count, number);
            if (y != null) {
                outputs(y, v, work, at, sizes, first, count, b, h, number);
            }
            gradients(dq, dk, dv, dy, q, k, v, work, at, sizes, first, count, b, h, number);
        }
    }

    /** The heads {@code from} to {@code to}, counted example by example. */
    public static void forward(Heads y, Heads q, Heads k, Heads v, float[] work, int workAt, Sizes sizes, int from,
            int to) {
        Layout at = Layout.of(workAt, sizes);
        for (int number = from; number < to; number++) {
            forward(y, q, k, v, work, at, sizes, number / sizes.heads, number % sizes.heads, number);
        }
    }

    /** The gradients of the heads {@code from} to {@code to}. */
    public static void backward(Heads dq, Heads dk, Heads dv, Heads dy, Heads q, Heads k, Heads v, float[] work,
            int workAt, Sizes sizes, int from, int to) {
        Layout at = Layout.of(workAt, sizes);
        for (int number = from; number < to; number++) {
            backward(dq, dk, dv, null, dy, q, k, v, work, at, sizes, number / sizes.heads, number % sizes.heads,
                    number);
        }
    }

    /** {@code Y = P V}. */
    private static void outputs(Heads y, Heads v, float[] work, Layout at, Sizes sizes, int first, int count, int b,
            int h, int number) {
        int d = sizes.width;
        int keys = sizes.keys(number, first + count);
        int ld = Lanes.lines(count);
        Gemm.pack(work, at.values, v.values, v.at(sizes, 0, b, h), v.step, keys, d, 0, Gemm.panels(d));
        for (int column = 0; column < d; column += ZEROS.length) {
            // Sums begin at zero, for as many columns as there are zeros.
            int columns = Math.min(ZEROS.length, d - column);
            Gemm.multiplyTransposed(y.values, y.at(sizes, first, b, h) + column, y.step, ZEROS, 0, 0, work, at.dropped,
                    ld,
                    work, at.values + column * keys, count, keys, columns);
        }
    }

    private static void gradients(Heads dq, Heads dk, Heads dv, Heads dy, Heads q, Heads k, Heads v, float[] work,
            Layout at, Sizes sizes, int first, int count, int b, int h, int number) {
        int d = sizes.width;
        int panels = Gemm.panels(d);
        int keys = sizes.keys(number, first + count);
        int ld = Lanes.lines(count);
        // dV += P^T dY, dP^T = V dY^T
        Gemm.pack(work, at.values, dy.values, dy.at(sizes, first, b, h), dy.step, count, d, 0, panels);
        int to = dv.at(sizes, 0, b, h);
        Gemm.multiply(dv.values, to, dv.step, dv.values, to, dv.step, work, at.dropped, ld, work, at.values, keys,
                count,
                d);
        products(work, at.gradients, at.packed, v, dy, sizes, first, count, keys, b, h);
        if (sizes.dropout > 0) {
            dropFrom(work, at.gradients, sizes, first, count, keys, ld, number);
        }
        scoreGradients(work, at.gradients, at.scores, at.line, keys, ld, sizes.scale());
        // dK += dS^T Q, dQ += dS K
        Gemm.pack(work, at.values, q.values, q.at(sizes, first, b, h), q.step, count, d, 0, panels);
        to = dk.at(sizes, 0, b, h);
        Gemm.multiply(dk.values, to, dk.step, dk.values, to, dk.step, work, at.gradients, ld, work, at.values, keys,
                count, d);
        Gemm.pack(work, at.values, k.values, k.at(sizes, 0, b, h), k.step, keys, d, 0, panels);
        to = dq.at(sizes, first, b, h);
        Gemm.multiplyTransposed(dq.values, to, dq.step, dq.values, to, dq.step, work, at.gradients, ld, work, at.values,
                count, keys, d);
    }

    /** {@code P^T = softmax(K Q^T / sqrt(d))} down the columns, [keys, ld]. */
    private static void weights(float[] work, Layout at, Heads q, Heads k, Sizes sizes, int first, int count, int b,
            int h, int number) {
        int keys = sizes.keys(number, first + count);
        int ld = Lanes.lines(count);
        products(work, at.scores, at.packed, k, q, sizes, first, count, keys, b, h);
        hide(work, at.scores, sizes, first, count, keys, ld, Float.NEGATIVE_INFINITY);
        maxima(work, at.line, at.scores, keys, ld);
        shift(work, at.scores, at.line, keys, ld, sizes.scale());
        Activations.exp(work, at.scores, work, at.scores, keys * ld);
        hide(work, at.scores, sizes, first, count, keys, ld, 0f);
        inverseSums(work, at.line, at.scores, keys, ld);
        normalise(work, at.scores, at.line, keys, ld);
    }

    /** {@code A B^T} of the keys' rows of a head of A and a block of rows of B: [keys, ld]. */
    private static void products(float[] work, int to, int packed, Heads a, Heads b, Sizes sizes, int first, int count,
            int keys, int example, int head) {
        int ld = Lanes.lines(count);
        Gemm.packTransposed(work, packed, b.values, b.at(sizes, first, example, head), b.step, sizes.width, count, 0,
                Gemm.panels(count));
        // Up to ld the panels hold zeros, so that whole vectors can be written.
        Gemm.multiply(work, to, ld, ZEROS, 0, 0, a.values, a.at(sizes, 0, example, head), a.step, work, packed, keys,
                sizes.width, Math.min(ld, Gemm.panels(count) * Gemm.PANEL));
    }

    /** Sets the scores of keys that a query must not see. */
    private static void hide(float[] work, int at, Sizes sizes, int first, int count, int keys, int ld, float value) {
        if (sizes.causal) {
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

    private static void normalise(float[] work, int at, int line, int keys, int ld) {
        for (int column = 0; column < ld; column += W) {
            FloatVector inverse = FloatVector.fromArray(S, work, line + column);
            for (int j = 0; j < keys; j++) {
                int place = at + j * ld + column;
                FloatVector.fromArray(S, work, place).mul(inverse).intoArray(work, place);
            }
        }
    }

    /** {@code dS^T = P^T (dP^T - the sum over the keys of P^T dP^T) scale}, in place of dP^T. */
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

    /** A copy of the weights with some dropped; without dropout they are that copy themselves. */
    private static void drop(float[] work, Layout at, Sizes sizes, int first, int count, int number) {
        if (sizes.dropout > 0) {
            int keys = sizes.keys(number, first + count);
            int ld = Lanes.lines(count);
            System.arraycopy(work, at.scores, work, at.dropped, keys * ld);
            dropFrom(work, at.dropped, sizes, first, count, keys, ld, number);
        }
    }

    /** Drops from [keys, ld]: the weight of query i and key j of head n has the number (n T_q + i) T_k + j. */
    private static void dropFrom(float[] work, int at, Sizes sizes, int first, int count, int keys, int ld,
            int number) {
        long place = ((long) number * sizes.queries + first) * sizes.keys;
        int all = count * sizes.keys;
        for (int done = 0; done < all; done += RandomWords.CHUNK) {
            int chunk = Math.min(RandomWords.CHUNK, all - done);
            dropChunk(work, at, sizes, RandomWords.of(sizes.key, place + done, chunk), chunk, done / sizes.keys,
                    done % sizes.keys, keys, ld);
        }
    }

    /** The weights from that of query i and key j on; only so many keys of a query count. */
    private static void dropChunk(float[] work, int at, Sizes sizes, int[] words, int chunk, int i, int j, int keys,
            int ld) {
        float scale = Dropout.scale(sizes.dropout);
        int bound = Dropout.bound(sizes.dropout);
        for (int e = 0; e < chunk; e++) {
            if (j < keys) {
                int place = at + j * ld + i;
                work[place] = Dropout.drops(words[e], bound) ? 0f : work[place] * scale;
            }
            if (++j == sizes.keys) {
                j = 0;
                i++;
            }
        }
    }
}
