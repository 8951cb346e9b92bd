package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.DropoutMask;
import scanline.engine.random.Philox;
import scanline.engine.random.RandomKey;

/** Dropout with counter-based random numbers: whether element i is kept depends only on the key and i. */
public final class Dropout {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, S.vectorShape());

    private Dropout() {}

    /**
     * {@code y[i] += x[i] / (1 - rate)} where the key's i-th uniform number is at least {@code rate}, for n elements
     * from {@code from} on.
     */
    public static void accumulate(float[] y, float[] x, RandomKey key, float rate, int from, int n) {
        for (int done = 0; done < n; done += RandomWords.CHUNK) {
            int chunk = Math.min(RandomWords.CHUNK, n - done);
            keep(y, x, RandomWords.of(key, from + done, chunk), bound(rate), scale(rate), from + done, chunk);
        }
    }

    /** Sets {@code y[t, i] = x[t, i] / (1 - rate)} or 0, by the key's i-th number, for i from {@code from} to {@code end}. */
    public static void ofSteps(float[] y, float[] x, RandomKey key, float rate, int steps, int n, int from, int end) {
        for (int i = from; i < end; i += RandomWords.CHUNK) {
            int chunk = Math.min(RandomWords.CHUNK, end - i);
            int[] words = RandomWords.of(key, i, chunk);
            for (int t = 0; t < steps; t++) {
                set(y, x, words, bound(rate), scale(rate), t * n + i, chunk);
            }
        }
    }

    /** Adds what {@link #ofSteps} sets. */
    public static void accumulateOfSteps(float[] y, float[] x, RandomKey key, float rate, int steps, int n, int from,
            int end) {
        for (int i = from; i < end; i += RandomWords.CHUNK) {
            int chunk = Math.min(RandomWords.CHUNK, end - i);
            int[] words = RandomWords.of(key, i, chunk);
            for (int t = 0; t < steps; t++) {
                keep(y, x, words, bound(rate), scale(rate), t * n + i, chunk);
            }
        }
    }

    private static void set(float[] y, float[] x, int[] words, int bound, float scale, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, x, at + i).mul(scale).blend(0f, dropped(words, i, bound)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = drops(words[i], bound) ? 0f : x[at + i] * scale;
        }
    }

    private static void keep(float[] y, float[] x, int[] words, int bound, float scale, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector kept = FloatVector.fromArray(S, x, at + i).mul(scale).blend(0f, dropped(words, i, bound));
            FloatVector.fromArray(S, y, at + i).add(kept).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] += drops(words[i], bound) ? 0f : x[at + i] * scale;
        }
    }

    /**
     * {@code y[at + i] *= 1 / (1 - rate)} where the key's number {@code first + i} is at least the rate, else {@code
     * y[at + i] = 0}, for i below n. At rate 0 nothing changes.
     */
    static void drop(float[] y, int at, DropoutMask mask, long first, int n) {
        if (mask.rate() == 0f) {
            return;
        }
        for (int done = 0; done < n; done += RandomWords.CHUNK) {
            int chunk = Math.min(RandomWords.CHUNK, n - done);
            multiply(y, at + done, RandomWords.of(mask.key(), first + done, chunk), bound(mask.rate()),
                    scale(mask.rate()),
                    chunk);
        }
    }

    private static void multiply(float[] y, int at, int[] words, int bound, float scale, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, y, at + i).mul(scale).blend(0f, dropped(words, i, bound)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = drops(words[i], bound) ? 0f : y[at + i] * scale;
        }
    }

    /** The factor for elements that are kept. */
    static float scale(float rate) {
        return 1f / (1f - rate);
    }

    /**
     * The bound for the upper 24 bits of a word: below it {@link Philox#uniform} is below the rate, and the element
     * drops.
     */
    static int bound(float rate) {
        return (int) Math.ceil(rate * 0x1p24);
    }

    static boolean drops(int word, int bound) {
        return word >>> 8 < bound;
    }

    private static VectorMask<Float> dropped(int[] words, int i, int bound) {
        return IntVector.fromArray(INTS, words, i).lanewise(VectorOperators.LSHR, 8)
                .compare(VectorOperators.LT, bound).cast(S);
    }
}
