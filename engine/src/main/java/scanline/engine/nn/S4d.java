package scanline.engine.nn;

import java.util.Arrays;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.StateSpaces;
import scanline.engine.tensor.StateSpaces.S4dStep;
import scanline.engine.tensor.StateSpaces.S4dWeights;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * The diagonal state-space layer S4D (Gu, Gupta, Goel and Ré 2022, "On the parameterization and initialization of diagonal state
 * space models"): each of H channels is filtered by N / 2 damped oscillations of its own, which {@link StateSpaces} defines.
 * Parameters are named and shaped as in {@code models/s4/s4d.py} of the authors' repository, without the layers around it:
 * {@code D}, {@code kernel.C}, {@code kernel.log_dt}, {@code kernel.log_A_real} and {@code kernel.A_imag}.
 *
 * <p>
 * At first, the steps dt are spread from 0.001 to 0.1 evenly in their logarithm, C is complex normal with variance 1, and D is
 * normal.
 */
public final class S4d implements DiagonalLayer {
    /** What A is at first; its real part is always -1/2. Modes are numbered from n = 0. */
    public enum Initialization {
        /** S4D-Lin: frequencies {@code pi n}, as in s4d.py. */
        LIN,
        /** S4D-Inv: frequencies {@code N / pi (N / (2 n + 1) - 1)}. */
        INV,
        /**
         * S4D-LegS: the eigenvalues of HiPPO-N, from the slowest on. Its B, which the layer does not have, is multiplied into C.
         */
        LEGS
    }

    private static final double LEAST_DT = 0.001;
    private static final double LARGEST_DT = 0.1;

    private final S4dWeights weights;

    /**
     * Creates the layer.
     *
     * @param channels
     *            H
     * @param states
     *            N, the states of each channel: its modes and their conjugates
     * @throws IllegalArgumentException
     *             if N is odd, or there is no channel or no state
     */
    public S4d(Weights weights, int channels, int states, Initialization initialization) {
        if (channels < 1) {
            throw new IllegalArgumentException("S4D needs at least 1 channel, not " + channels);
        }
        if (states < 2 || states % 2 != 0) {
            throw new IllegalArgumentException(
                    "the states of S4D are pairs of complex conjugates, so their number must be"
                            + " even and at least 2, not " + states);
        }
        int modes = states / 2;
        Weights own = weights.layer("", "S4d", "S4D of " + channels + " channels, " + states + " states each", """
                x = exp(dt A) x' + u      for each of N / 2 modes of a channel
                y = D u + sum Re(E x)     E = 2 C (exp(dt A) - 1) / A""");
        Spectrum spectrum = Spectrum.of(initialization, states);
        Parameter d = own.filled("D", Shape.of(channels), (values, key) -> key.normal(values, 0, channels, 0, 1));
        Weights kernel = own.scope("kernel");
        Parameter c = kernel.filled("C", Shape.of(channels, modes, 2), (values, key) -> c(values, key, spectrum));
        Parameter logDt = kernel.filled("log_dt", Shape.of(channels), (values, key) -> key.uniform(values, 0, channels,
                (float) StrictMath.log(LEAST_DT), (float) StrictMath.log(LARGEST_DT)));
        Parameter logReal = kernel.filled("log_A_real", Shape.of(channels, modes),
                (values, _) -> Arrays.fill(values, (float) StrictMath.log(0.5)));
        Parameter imaginary = kernel.filled("A_imag", Shape.of(channels, modes), (values, _) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) spectrum.frequencies[i % modes];
            }
        });
        this.weights = new S4dWeights(logDt, logReal, imaginary, c, d);
    }

    /** The frequency of each mode, and the size of its B. */
    private record Spectrum(double[] frequencies, double[] sizes) {
        static Spectrum of(Initialization initialization, int states) {
            int modes = states / 2;
            double[] frequencies = new double[modes];
            double[] sizes = new double[modes];
            Arrays.fill(sizes, 1);
            Hippo hippo = initialization == Initialization.LEGS ? Hippo.of(states) : null;
            for (int n = 0; n < modes; n++) {
                if (hippo == null) {
                    frequencies[n] = initialization == Initialization.LIN
                            ? Math.PI * n
                            : states / Math.PI * (states / (2.0 * n + 1) - 1);
                } else {
                    frequencies[n] = hippo.frequency(modes - 1 - n);
                    sizes[n] = b(hippo, modes - 1 - n);
                }
            }
            return new Spectrum(frequencies, sizes);
        }

        /** {@code |v^H B|} with {@code B_k = sqrt(2 k + 1)}; its phase is lost in that of C. */
        private static double b(Hippo hippo, int pair) {
            double real = 0;
            double imaginary = 0;
            for (int k = 0; k < hippo.size(); k++) {
                real += Math.sqrt(2.0 * k + 1) * hippo.real(k, pair);
                imaginary += Math.sqrt(2.0 * k + 1) * hippo.imaginary(k, pair);
            }
            return Math.sqrt(real * real + imaginary * imaginary);
        }
    }

    private static void c(float[] values, RandomKey key, Spectrum spectrum) {
        key.normal(values, 0, values.length, 0, (float) Math.sqrt(0.5));
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) spectrum.sizes[i / 2 % spectrum.sizes.length];
        }
    }

    /** The parameters, for a look inside. */
    public S4dWeights weights() {
        return weights;
    }

    @Override
    public int features() {
        return weights.d().shape().elements();
    }

    @Override
    public double[] eigenvalues() {
        float[] real = weights.logReal().values();
        float[] imaginary = weights.imaginary().values();
        float[] step = weights.logDt().values();
        int modes = real.length / step.length;
        return Eigenvalues.of(real.length, i -> -StrictMath.exp(real[i] + (double) step[i / modes]),
                i -> imaginary[i] * StrictMath.exp(step[i / modes]));
    }

    @Override
    public Tensor forward(Tensor x) {
        return StateSpaces.s4d(x, weights);
    }

    /** {@inheritDoc} They are N values for each channel. */
    @Override
    public int stateSize() {
        return weights.stateSize();
    }

    @Override
    public float[] initialState() {
        return new float[stateSize()];
    }

    @Override
    public Step step(Tensor x, Tensor state) {
        S4dStep step = weights.step(x, state);
        return new Step(step.y(), step.after());
    }
}
