package scanline.engine.kernel;

import scanline.engine.random.Philox;
import scanline.engine.random.RandomKey;

/** Dropout by counter-based random numbers: whether element i stays depends on the key and i alone. */
public final class Dropout {
    private static final int CHUNK = 1024;
    private static final ThreadLocal<int[]> WORDS = ThreadLocal.withInitial(() -> new int[CHUNK]);

    private Dropout() {}

    /**
     * {@code y[i] += x[i] / (1 - rate)} where the key's i-th uniform number is at least {@code rate}, for n elements from
     * {@code from} on.
     */
    public static void accumulate(float[] y, float[] x, RandomKey key, float rate, int from, int n) {
        int[] words = WORDS.get();
        float scale = 1f / (1f - rate);
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            Philox.fill(words, 0, chunk, key.bits(), from + done);
            keep(y, x, words, rate, scale, from + done, chunk);
        }
    }

    private static void keep(float[] y, float[] x, int[] words, float rate, float scale, int at, int n) {
        for (int i = 0; i < n; i++) {
            y[at + i] += Philox.uniform(words[i]) < rate ? 0f : x[at + i] * scale;
        }
    }

    /**
     * {@code y[at + i] *= 1 / (1 - rate)} where the key's number {@code first + i} is at least {@code rate}, else it becomes
     * 0, for i below n; at rate 0 nothing changes.
     */
    static void drop(float[] y, int at, RandomKey key, float rate, long first, int n) {
        if (rate == 0f) {
            return;
        }
        int[] words = WORDS.get();
        float scale = 1f / (1f - rate);
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            Philox.fill(words, 0, chunk, key.bits(), first + done);
            multiply(y, at + done, words, rate, scale, chunk);
        }
    }

    private static void multiply(float[] y, int at, int[] words, float rate, float scale, int n) {
        for (int i = 0; i < n; i++) {
            y[at + i] *= Philox.uniform(words[i]) < rate ? 0f : scale;
        }
    }
}
