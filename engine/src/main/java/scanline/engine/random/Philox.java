package scanline.engine.random;

import java.util.Objects;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1,
 * 2, 3" (SC 2011). A 64-bit key names a stream of 32-bit words. Word {@code i} of the stream is lane {@code i % 4} of
 * the block whose counter is {@code i / 4}, so any word can be computed without the earlier ones.
 */
public final class Philox {
    /** The number of rounds per block. */
    public static final int ROUNDS = 10;
    /** The multiplier of the first word of a block. */
    public static final long MULTIPLIER_0 = 0xD2511F53L;
    /** The multiplier of the third word of a block. */
    public static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** The increment of the first half of the key per round: the golden ratio, minus one. */
    public static final int WEYL_0 = 0x9E3779B9;
    /** The increment of the second half of the key per round: the square root of three, minus one. */
    public static final int WEYL_1 = 0xBB67AE85;
    /** Large enough to be worth vectorizing, and small enough for the blocks to stay in the first-level cache. */
    private static final int BLOCKS_AT_ONCE = 256;

    /** The words of many blocks, two per long. Each thread has its own, so that filling does not allocate. */
    private record State(long[] left, long[] right) {}

    private static final ThreadLocal<State> STATE = ThreadLocal
            .withInitial(() -> new State(new long[BLOCKS_AT_ONCE], new long[BLOCKS_AT_ONCE]));

    private Philox() {}

    /** Returns word {@code index} of the stream that {@code key} names. */
    public static int word(long key, long index) {
        int[] block = new int[4];
        block(block, key, index >>> 2, 0);
        // Constant positions let the compiler keep the block in registers, so a single word allocates nothing.
        return switch ((int) index & 3) {
            case 0 -> block[0];
            case 1 -> block[1];
            case 2 -> block[2];
            default -> block[3];
        };
    }

    /** Sets {@code out[i]} to word {@code first + i} of the stream, for {@code i} in {@code [from, to)}. */
    public static void fill(int[] out, int from, int to, long key, long first) {
        Objects.checkFromToIndex(from, to, out.length);
        int at = from;
        for (; at < to && ((first + at) & 3) != 0; at++) {
            out[at] = word(key, first + at);
        }
        State state = STATE.get();
        while (to - at >= 4) {
            int count = Math.min((to - at) / 4, BLOCKS_AT_ONCE);
            count(state.left, state.right, count, (first + at) >>> 2);
            int key0 = (int) key;
            int key1 = (int) (key >>> 32);
            for (int round = 0; round < ROUNDS; round++) {
                round(state.left, state.right, count, key0, key1);
                key0 += WEYL_0;
                key1 += WEYL_1;
            }
            unpack(out, at, state.left, state.right, count);
            at += 4 * count;
        }
        for (; at < to; at++) {
            out[at] = word(key, first + at);
        }
    }

    /**
     * Converts the upper 24 bits of a word to a number in [0, 1), a multiple of 2<sup>-24</sup> and therefore exact.
     */
    public static float uniform(int bits) {
        return (bits >>> 8) * 0x1p-24f;
    }

    /**
     * Writes the four words of one block to {@code out}. The 128-bit counter is {@code (high, low)}. As in the paper's
     * reference code, its words and those of the key are numbered from the least significant one.
     */
    static void block(int[] out, long key, long low, long high) {
        // Each long holds two words, with the lower-numbered one in the upper half, so that the two halves of a 64-bit
        // product are already where the next round needs them.
        long left = Long.rotateLeft(low, 32);
        long right = Long.rotateLeft(high, 32);
        int key0 = (int) key;
        int key1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long next = (MULTIPLIER_1 * (right >>> 32)) ^ ((left ^ key0) << 32);
            right = (MULTIPLIER_0 * (left >>> 32)) ^ ((right ^ key1) << 32);
            left = next;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[0] = (int) (left >>> 32);
        out[1] = (int) left;
        out[2] = (int) (right >>> 32);
        out[3] = (int) right;
    }

    // The loops below are those of block() with the nesting reversed: each runs over many independent blocks, so that
    // the compiler can vectorize it, and a filled word costs a third of a single one. Integer arithmetic is exact, so
    // the order cannot change a bit.

    private static void count(long[] left, long[] right, int count, long firstBlock) {
        for (int i = 0; i < count; i++) {
            left[i] = Long.rotateLeft(firstBlock + i, 32);
            right[i] = 0;
        }
    }

    private static void round(long[] left, long[] right, int count, long key0, long key1) {
        for (int i = 0; i < count; i++) {
            long a = left[i];
            long b = right[i];
            left[i] = (MULTIPLIER_1 * (b >>> 32)) ^ ((a ^ key0) << 32);
            right[i] = (MULTIPLIER_0 * (a >>> 32)) ^ ((b ^ key1) << 32);
        }
    }

    private static void unpack(int[] out, int at, long[] left, long[] right, int count) {
        for (int i = 0; i < count; i++) {
            out[at + 4 * i] = (int) (left[i] >>> 32);
            out[at + 4 * i + 1] = (int) left[i];
            out[at + 4 * i + 2] = (int) (right[i] >>> 32);
            out[at + 4 * i + 3] = (int) right[i];
        }
    }
}
