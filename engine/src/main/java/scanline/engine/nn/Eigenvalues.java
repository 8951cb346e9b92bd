package scanline.engine.nn;

import java.util.function.IntToDoubleFunction;

/** The eigenvalues of a {@link DiagonalLayer}. */
final class Eigenvalues {
    private Eigenvalues() {}

    /**
     * Returns {@code exp(rate + i angle)} of each state: the real and the imaginary part in turn.
     *
     * @param rate
     *            the logarithm of the magnitude of a state's eigenvalue
     * @param angle
     *            its angle in radians
     */
    static double[] of(int states, IntToDoubleFunction rate, IntToDoubleFunction angle) {
        double[] values = new double[2 * states];
        for (int s = 0; s < states; s++) {
            double magnitude = StrictMath.exp(rate.applyAsDouble(s));
            values[2 * s] = magnitude * StrictMath.cos(angle.applyAsDouble(s));
            values[2 * s + 1] = magnitude * StrictMath.sin(angle.applyAsDouble(s));
        }
        return values;
    }
}
