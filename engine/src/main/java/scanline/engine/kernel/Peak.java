package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Peak floating-point performance of this machine: fused multiply-adds between registers, without memory access. */
public final class Peak {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int CHAINS = 12;
    private static final int ROUNDS = 200_000;
    // The first rounds are slow, until the JVM has compiled the loop.
    private static final int LEAST_ROUNDS = 20;

    private Peak() {}

    /**
     * Measures the peak of a team of threads.
     *
     * @param seconds
     *            the approximate duration of the measurement
     * @return the highest rate measured, in 10^9 floating-point operations a second (a fused multiply-add counts as
     *     two)
     */
    public static double gigaflopsPerSecond(Parallel parallel, double seconds) {
        double best = 0;
        double flops = 2.0 * CHAINS * S.length() * ROUNDS * parallel.threads();
        float[] sink = new float[parallel.threads()];
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int round = 0; round < LEAST_ROUNDS || System.nanoTime() < end; round++) {
            long start = System.nanoTime();
            parallel.run((part, _) -> sink[part] += chains(ROUNDS));
            best = Math.max(best, flops / (System.nanoTime() - start));
        }
        return best;
    }

    // Twelve chains, because two units with a latency of four cycles need at least eight.
    private static float chains(int rounds) {
        FloatVector a = FloatVector.broadcast(S, 0.5f);
        FloatVector b = FloatVector.broadcast(S, 1f);
        FloatVector c0 = b;
        FloatVector c1 = b;
        FloatVector c2 = b;
        FloatVector c3 = b;
        FloatVector c4 = b;
        FloatVector c5 = b;
        FloatVector c6 = b;
        FloatVector c7 = b;
        FloatVector c8 = b;
        FloatVector c9 = b;
        FloatVector c10 = b;
        FloatVector c11 = b;
        for (int i = 0; i < rounds; i++) {
            c0 = c0.fma(a, b);
            c1 = c1.fma(a, b);
            c2 = c2.fma(a, b);
            c3 = c3.fma(a, b);
            c4 = c4.fma(a, b);
            c5 = c5.fma(a, b);
            c6 = c6.fma(a, b);
            c7 = c7.fma(a, b);
            c8 = c8.fma(a, b);
            c9 = c9.fma(a, b);
            c10 = c10.fma(a, b);
            c11 = c11.fma(a, b);
        }
        FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).add(c8).add(c9).add(c10).add(c11);
        return sum.lane(0);
    }
}
