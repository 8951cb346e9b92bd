package scanline.data.sequence;

/**
 * The generator MT19937 (Matsumoto and Nishimura 1998) with the seeding of NumPy's {@code RandomState(seed)} and of
 * PyTorch's {@code manual_seed} on the CPU. Published orders of pixels were drawn from it; nothing else uses it.
 */
final class MersenneTwister {
    private static final int N = 624;
    private static final int M = 397;
    private static final int UPPER = 0x8000_0000;
    private static final int MATRIX = 0x9908_B0DF;

    private final int[] state = new int[N];
    private int next = N;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1_812_433_253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** Returns the next 32 random bits, as an unsigned number. */
    long bits() {
        if (next == N) {
            for (int i = 0; i < N; i++) {
                int y = (state[i] & UPPER) | (state[(i + 1) % N] & ~UPPER);
                state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) * MATRIX);
            }
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C_5680;
        y ^= (y << 15) & 0xEFC6_0000;
        return Integer.toUnsignedLong(y ^ (y >>> 18));
    }

    /** Returns a number from 0 to {@code most}: the low bits of the first draw that is not above it, as NumPy. */
    int upTo(int most) {
        long mask = most == 0 ? 0 : Integer.highestOneBit(most) * 2L - 1;
        long drawn = bits() & mask;
        while (drawn > most) {
            drawn = bits() & mask;
        }
        return (int) drawn;
    }
}
