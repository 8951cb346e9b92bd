package scanline.engine.random;

import java.util.Objects;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1,
 * 2, 3" (SC 2011). A 64-bit key names a stream of 32-bit words, and word {@code i} of it is lane {@code i % 4} of the
 * block whose counter is {@code i / 4}: any word can be had without those before it.
 */
public final class Philox {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** The keys' steps from round to round: the golden ratio and the square root of three, less one. */
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private Philox() {}

    /** Word {@code index} of the stream that {@code key} names. */
    public static int word(long key, long index) {
        int[] block = new int[4];
        block(block, 0, key, index >>> 2, 0);
        // Constant positions let the compiler keep the block in registers, so a single word allocates nothing.
        return switch ((int) index & 3) {
            case 0 -> block[0];
            case 1 -> block[1];
            case 2 -> block[2];
            default -> block[3];
        };
    }

    /** Sets {@code out[i]} to word {@code i} of the stream, for {@code i} in {@code [from, to)}. */
    public static void fill(int[] out, int from, int to, long key) {
        Objects.checkFromToIndex(from, to, out.length);
        int at = from;
        for (; at < to && (at & 3) != 0; at++) {
            out[at] = word(key, at);
        }
        for (; at <= to - 4; at += 4) {
            block(out, at, key, at >>> 2, 0);
        }
        for (; at < to; at++) {
            out[at] = word(key, at);
        }
    }

    /** The upper 24 bits of a word as a number in [0, 1): a multiple of 2<sup>-24</sup>, so without any rounding. */
    public static float uniform(int bits) {
        return (bits >>> 8) * 0x1p-24f;
    }

    /**
     * Writes the four words of one block to {@code out[at..at+3]}. The 128-bit counter is {@code (high, low)}; as in
     * the paper's own code its words, and those of the key, are numbered from the least significant.
     */
    static void block(int[] out, int at, long key, long low, long high) {
        // Each long holds two words, the lower-numbered one on top: then the two halves of a 64-bit product already
        // lie where the round wants them, and a round is two products, two shifts and four exclusive ors.
        long left = Long.rotateLeft(low, 32);
        long right = Long.rotateLeft(high, 32);
        int key0 = (int) key;
        int key1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (left >>> 32);
            long product1 = MULTIPLIER_1 * (right >>> 32);
            left = product1 ^ ((left ^ (key0 & LOW_HALF)) << 32);
            right = product0 ^ ((right ^ (key1 & LOW_HALF)) << 32);
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[at] = (int) (left >>> 32);
        out[at + 1] = (int) left;
        out[at + 2] = (int) (right >>> 32);
        out[at + 3] = (int) right;
    }
}
