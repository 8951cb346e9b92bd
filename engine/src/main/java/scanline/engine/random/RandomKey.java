package scanline.engine.random;

import java.util.Objects;

/**
 * A random key, which names one random stream. Keys are derived from a seed, from purposes ("shuffle", "dropout.0") and
 * from steps, and each derivation gives a stream unrelated to the others. A key has no state: every draw depends only
 * on the key and the index, so work may be divided among threads in any way.
 *
 * @param bits the key of the {@link Philox} stream
 */
public record RandomKey(long bits) {
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final int WORDS_AT_ONCE = 1024;
    /** SplitMix64's increment: the golden ratio. */
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    /** A constant that separates the keys of purposes from those of steps: the square root of two. */
    private static final long PURPOSE = 0x6A09E667F3BCC908L;

    /** Derives the key of a purpose from a seed. */
    public static RandomKey of(long seed, String purpose) {
        return new RandomKey(mixed(seed + GAMMA)).purpose(purpose);
    }

    /** Derives the key of a purpose from this key. */
    public RandomKey purpose(String purpose) {
        long hash = mixed(bits ^ PURPOSE);
        for (int i = 0; i < purpose.length(); i++) {
            hash = mixed(hash + GAMMA + purpose.charAt(i));
        }
        return new RandomKey(mixed(hash ^ purpose.length()));
    }

    /** Derives the key of a step from this key. No two steps share a key. */
    public RandomKey at(long step) {
        return new RandomKey(mixed(mixed(bits) + GAMMA * (step + 1)));
    }

    /** Returns the 32 random bits at {@code index}. */
    public int bits(long index) {
        return Philox.word(bits, index);
    }

    /** Returns the uniform number at {@code index}, in [0, 1), a multiple of 2<sup>-24</sup>. */
    public float uniform(long index) {
        return Philox.uniform(bits(index));
    }

    /**
     * Returns an unbiased integer in {@code [0, bound)} for {@code index}, with Lemire's method ("Fast random integer
     * generation in an interval", 2019). A rejected word is redrawn from a separate stream at the same index, so that
     * the draws at other indices do not change.
     *
     * @throws IllegalArgumentException if {@code bound} is not positive
     */
    public int below(int bound, long index) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, not " + bound);
        }
        long product = (bits(index) & LOW_HALF) * bound;
        long low = product & LOW_HALF;
        // 2^32 modulo bound words must be rejected, or some results would be more likely; the first test avoids most
        // divisions.
        if (low >= bound || low >= (1L << 32) % bound) {
            return (int) (product >>> 32);
        }
        return purpose("rejected").below(bound, index);
    }

    /**
     * Sets {@code out[i]} to the uniform number at index {@code i}, scaled to {@code [low, high)}, for {@code i} in
     * {@code [from, to)}. Rounding to float32 may produce {@code high} itself.
     */
    public void uniform(float[] out, int from, int to, float low, float high) {
        Objects.checkFromToIndex(from, to, out.length);
        float width = high - low;
        int[] words = new int[Math.min(to - from, WORDS_AT_ONCE)];
        for (int at = from; at < to;) {
            int count = Math.min(to - at, words.length);
            Philox.fill(words, 0, count, bits, at);
            scale(out, at, words, count, low, width);
            at += count;
        }
    }

    /**
     * Sets {@code out[i]} to the normally distributed number at index {@code i}, for {@code i} in {@code [from, to)},
     * with the Box-Muller method: the words at an even index and the odd index after it give two independent numbers,
     * at most 6.7 standard deviations from the mean.
     */
    public void normal(float[] out, int from, int to, float mean, float deviation) {
        Objects.checkFromToIndex(from, to, out.length);
        for (int i = from; i < to; i++) {
            out[i] = (float) (mean + deviation * normal(i));
        }
    }

    /**
     * Returns the numbers 0 to {@code n - 1} in random order; all orders are equally likely (Fisher and Yates).
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public int[] permutation(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("a permutation cannot have " + n + " elements");
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int other = below(i + 1, i);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return order;
    }

    private static void scale(float[] out, int at, int[] words, int count, float low, float width) {
        for (int i = 0; i < count; i++) {
            out[at + i] = low + Philox.uniform(words[i]) * width;
        }
    }

    private double normal(int index) {
        // In (0, 1], so that the logarithm is finite.
        double first = ((bits(index & ~1) & LOW_HALF) + 1) * 0x1p-32;
        double radius = StrictMath.sqrt(-2 * StrictMath.log(first));
        double angle = 2 * StrictMath.PI * ((bits(index | 1) & LOW_HALF) * 0x1p-32);
        return radius * ((index & 1) == 0 ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }

    /**
     * Applies SplitMix64's finalizer (Steele, Lea and Flood, 2014): a bijection in which each bit depends on all bits.
     */
    private static long mixed(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
