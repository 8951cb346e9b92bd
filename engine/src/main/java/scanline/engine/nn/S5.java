package scanline.engine.nn;

import java.util.Arrays;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalWeights;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.DiagonalRecurrence;
import scanline.engine.tensor.DiagonalRecurrence.DiagonalParameters;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * The state-space layer S5 (Smith, Warrington and Linderman 2023, "Simplified State Space Layers for Sequence
 * Modeling"), a linear recurrence with a diagonal matrix of complex numbers. Its parameters are named as in the code of
 * its authors: {@code Lambda_re}, {@code Lambda_im} and {@code log_step} [P/2], {@code B_re} and {@code B_im} [P/2, H],
 * {@code C_re} and {@code C_im} [H, P/2], {@code D} [H]. Letters: T steps, B sequences, H features, P states.
 *
 * <p>
 * The states start as J copies of HiPPO-N with P/J states each, in the coordinates of its eigenvectors V:
 * {@code Lambda} are its eigenvalues, {@code B = V^H B0} and {@code C = C0 V} with normal B0 [P, H] and C0 [H, P] of
 * variance 1/P. {@code D} is normal with variance 1.
 */
public final class S5 implements Layer, DiagonalLayer {
    /**
     * The settings of a layer.
     *
     * @param states
     *            P, the number of states, of which one of each conjugate pair is computed
     * @param blocks
     *            J, the number of copies of HiPPO-N that the states start as
     * @param clip
     *            whether the real parts of the eigenvalues are kept below {@link DiagonalKind#LARGEST_REAL_PART}
     * @param leastStep
     *            the smallest initial step size; their logarithms are uniform
     * @param mostStep
     *            the largest one
     */
    public record Options(int states, int blocks, boolean clip, double leastStep, double mostStep) {
        /** The settings of the paper's sequential MNIST: 128 states, one block, steps from 0.001 to 0.1. */
        public static final Options DEFAULT = new Options(128, 1, false, 0.001, 0.1);

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException
         *             if the states are not even in number, the blocks do not divide them into even numbers, or the step
         *             sizes are not positive and in order
         */
        public Options {
            if (states < 2 || states % 2 != 0) {
                throw new IllegalArgumentException(
                        "states must be even and at least 2, not " + states + ": S5 has pairs of conjugate states");
            }
            if (blocks < 1 || states % (2 * blocks) != 0) {
                throw new IllegalArgumentException("blocks must divide the " + states
                        + " states into even numbers of states, which " + blocks + " does not");
            }
            if (!(leastStep > 0 && leastStep <= mostStep)) {
                throw new IllegalArgumentException("leastStep must be positive and at most mostStep, not " + leastStep
                        + " with mostStep " + mostStep);
            }
        }

        /** Returns these settings with other numbers of states and blocks. */
        public Options withStates(int number, int copies) {
            return new Options(number, copies, clip, leastStep, mostStep);
        }
    }

    private final DiagonalParameters parameters;

    /** Creates the layer. */
    public S5(Weights weights, int features, Options options) {
        DiagonalKind kind = options.clip() ? DiagonalKind.S5_CLIPPED : DiagonalKind.S5;
        int pairs = options.states() / 2;
        Weights own = weights.layer("", "S5", "S5 of " + features + ", " + options.states() + " states",
                kind.formula());
        Start start = new Start(options, features);
        Parameter re = own.filled("Lambda_re", Shape.of(pairs), (values, _) -> start.decay(values));
        Parameter im = own.filled("Lambda_im", Shape.of(pairs), (values, _) -> start.frequency(values));
        Parameter step = own.filled("log_step", Shape.of(pairs), start::step);
        Parameter bRe = own.filled("B_re", Shape.of(pairs, features), start::inputReal);
        Parameter bIm = own.filled("B_im", Shape.of(pairs, features), (values, _) -> start.inputImaginary(values));
        Parameter cRe = own.filled("C_re", Shape.of(features, pairs), start::outputReal);
        Parameter cIm = own.filled("C_im", Shape.of(features, pairs), (values, _) -> start.outputImaginary(values));
        Parameter d = own.filled("D", Shape.of(features), (values, key) -> key.normal(values, 0, features, 0, 1));
        parameters = new DiagonalParameters(kind, new DiagonalWeights<>(re, im, step, bRe, bIm, cRe, cIm, d));
    }

    /** The recurrence of the layer. */
    public DiagonalParameters parameters() {
        return parameters;
    }

    @Override
    public int features() {
        return parameters.features();
    }

    @Override
    public double[] eigenvalues() {
        DiagonalWeights<Tensor> w = parameters.weights();
        float[] re = w.decay().values();
        float[] im = w.frequency().values();
        float[] step = w.scale().values();
        double most = parameters.kind() == DiagonalKind.S5_CLIPPED ? DiagonalKind.LARGEST_REAL_PART : Double.MAX_VALUE;
        return Eigenvalues.of(re.length, s -> Math.min(re[s], most) * StrictMath.exp(step[s]),
                s -> im[s] * StrictMath.exp(step[s]));
    }

    @Override
    public Tensor forward(Tensor x) {
        return DiagonalRecurrence.diagonal(x, parameters);
    }

    @Override
    public int stateSize() {
        return 2 * parameters.states();
    }

    @Override
    public float[] initialState() {
        return new float[stateSize()];
    }

    @Override
    public Step step(Tensor x, Tensor state) {
        DiagonalRecurrence.Step step = parameters.step(x, state);
        return new Step(step.y(), step.x());
    }

    /** The initial values. The two parts of a complex matrix come from the same random numbers, those of its real part. */
    private static final class Start {
        private final Options options;
        private final int features;
        private final int size; // of a block
        private final Hippo hippo;
        private float[] input = {}; // B0
        private float[] outputRe = {}; // C0
        private float[] outputIm = {};

        Start(Options options, int features) {
            this.options = options;
            this.features = features;
            size = options.states() / options.blocks();
            hippo = Hippo.of(size);
        }

        void decay(float[] values) {
            Arrays.fill(values, -0.5f);
        }

        void frequency(float[] values) {
            for (int s = 0; s < values.length; s++) {
                values[s] = (float) hippo.frequency(s % (size / 2));
            }
        }

        void step(float[] values, RandomKey key) {
            double least = StrictMath.log(options.leastStep());
            double most = StrictMath.log(options.mostStep());
            for (int s = 0; s < values.length; s++) {
                values[s] = (float) (least + (most - least) * key.uniform(s));
            }
        }

        void inputReal(float[] values, RandomKey key) {
            input = normal(options.states() * features, key);
            input(values, true);
        }

        void inputImaginary(float[] values) {
            input(values, false);
        }

        /** {@code V^H B0}. */
        private void input(float[] values, boolean real) {
            for (int s = 0; s < options.states() / 2; s++) {
                int pair = s % (size / 2);
                int block = s / (size / 2) * size;
                for (int j = 0; j < features; j++) {
                    double sum = 0;
                    for (int n = 0; n < size; n++) {
                        sum += (real ? hippo.real(n, pair) : -hippo.imaginary(n, pair))
                                * input[(block + n) * features + j];
                    }
                    values[s * features + j] = (float) sum;
                }
            }
        }

        void outputReal(float[] values, RandomKey key) {
            outputRe = normal(features * options.states(), key.purpose("re"));
            outputIm = normal(features * options.states(), key.purpose("im"));
            output(values, true);
        }

        void outputImaginary(float[] values) {
            output(values, false);
        }

        /** {@code C0 V}. */
        private void output(float[] values, boolean real) {
            int pairs = options.states() / 2;
            for (int j = 0; j < features; j++) {
                for (int s = 0; s < pairs; s++) {
                    int pair = s % (size / 2);
                    int from = j * options.states() + s / (size / 2) * size;
                    double sum = 0;
                    for (int n = 0; n < size; n++) {
                        double re = outputRe[from + n];
                        double im = outputIm[from + n];
                        sum += real
                                ? re * hippo.real(n, pair) - im * hippo.imaginary(n, pair)
                                : re * hippo.imaginary(n, pair) + im * hippo.real(n, pair);
                    }
                    values[j * pairs + s] = (float) sum;
                }
            }
        }

        private float[] normal(int n, RandomKey key) {
            float[] values = new float[n];
            key.normal(values, 0, n, 0, (float) (1 / Math.sqrt(options.states())));
            return values;
        }
    }
}
