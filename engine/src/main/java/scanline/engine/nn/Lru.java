package scanline.engine.nn;

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
 * The linear recurrent unit (Orvieto et al. 2023, "Resurrecting Recurrent Neural Networks for Long Sequences"), a linear
 * recurrence with a diagonal matrix of complex numbers inside the unit circle. Its parameters are named as in
 * minimal-LRU: {@code nu_log}, {@code theta_log} and {@code gamma_log} [N], {@code B_re} and {@code B_im} [N, H],
 * {@code C_re} and {@code C_im} [H, N], {@code D} [H]. Letters: T steps, B sequences, H features, N complex states.
 *
 * <p>
 * The eigenvalues start uniformly distributed in a ring, or in a part of it, and gamma such that the states have the
 * size of the input; it is then learned like the rest. B is normal with a variance of 1 / (2 H), C of 1 / N and D of 1.
 */
public final class Lru implements Layer, DiagonalLayer {
    /**
     * The settings of a layer.
     *
     * @param states
     *            N, the number of complex states
     * @param leastRadius
     *            the smallest initial magnitude of an eigenvalue
     * @param mostRadius
     *            the largest one
     * @param mostPhase
     *            the largest initial phase, in radians
     */
    public record Options(int states, double leastRadius, double mostRadius, double mostPhase) {
        /** The defaults of minimal-LRU: 128 states in the whole circle. */
        public static final Options DEFAULT = new Options(128, 0, 1, 6.28);

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException
         *             if there is no state, or the ring is empty or not in the unit circle
         */
        public Options {
            if (states < 1) {
                throw new IllegalArgumentException("states must be at least 1, not " + states);
            }
            if (!(leastRadius >= 0 && leastRadius < mostRadius && mostRadius <= 1)) {
                throw new IllegalArgumentException("leastRadius must be at least 0 and below mostRadius, which is at"
                        + " most 1, not " + leastRadius + " with mostRadius " + mostRadius);
            }
            if (!(mostPhase > 0)) {
                throw new IllegalArgumentException("mostPhase must be positive, not " + mostPhase);
            }
        }
    }

    private final DiagonalParameters parameters;

    /** Creates the layer. */
    public Lru(Weights weights, int features, Options options) {
        int n = options.states();
        Weights own = weights.layer("", "Lru", "LRU of " + features + ", " + n + " states",
                DiagonalKind.LRU.formula());
        float[] nu = new float[n];
        Parameter decay = own.filled("nu_log", Shape.of(n), (values, key) -> {
            double inner = options.leastRadius() * options.leastRadius();
            double ring = options.mostRadius() * options.mostRadius() - inner;
            for (int s = 0; s < n; s++) {
                values[s] = (float) StrictMath.log(-0.5 * StrictMath.log(uniform(key, s) * ring + inner));
                nu[s] = values[s];
            }
        });
        Parameter frequency = own.filled("theta_log", Shape.of(n), (values, key) -> {
            for (int s = 0; s < n; s++) {
                values[s] = (float) StrictMath.log(options.mostPhase() * uniform(key, s));
            }
        });
        Parameter scale = own.filled("gamma_log", Shape.of(n), (values, _) -> {
            for (int s = 0; s < n; s++) {
                // log sqrt(1 - |l|^2), without the cancellation of an |l| close to 1
                values[s] = (float) (0.5 * StrictMath.log(-StrictMath.expm1(-2 * StrictMath.exp(nu[s]))));
            }
        });
        double in = 1 / Math.sqrt(2.0 * features);
        double out = 1 / Math.sqrt(n);
        Parameter bRe = normal(own, "B_re", Shape.of(n, features), in);
        Parameter bIm = normal(own, "B_im", Shape.of(n, features), in);
        Parameter cRe = normal(own, "C_re", Shape.of(features, n), out);
        Parameter cIm = normal(own, "C_im", Shape.of(features, n), out);
        Parameter d = normal(own, "D", Shape.of(features), 1);
        parameters = new DiagonalParameters(DiagonalKind.LRU,
                new DiagonalWeights<>(decay, frequency, scale, bRe, bIm, cRe, cIm, d));
    }

    /** A number that is neither 0 nor 1, of which the logarithms would be no size and no phase. */
    private static double uniform(RandomKey key, int s) {
        return key.uniform(s) * (1 - 0x1p-24) + 0x1p-25;
    }

    private static Parameter normal(Weights weights, String name, Shape shape, double deviation) {
        return weights.filled(name, shape,
                (values, key) -> key.normal(values, 0, values.length, 0, (float) deviation));
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
        float[] nu = parameters.weights().decay().values();
        float[] theta = parameters.weights().frequency().values();
        return Eigenvalues.of(nu.length, s -> -StrictMath.exp(nu[s]), s -> StrictMath.exp(theta[s]));
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
}
