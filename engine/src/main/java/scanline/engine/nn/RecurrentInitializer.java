package scanline.engine.nn;

import java.util.Arrays;
import scanline.engine.geometry.CellKind;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;

/**
 * The initializer of a recurrent layer's parameters. Matrices are initialized gate by gate.
 *
 * @param input
 *            the rule for W, [H, F] per gate
 * @param recurrent
 *            the rule for U, [H, H] per gate
 * @param bias
 *            the rule for both bias vectors
 * @param forgetBias
 *            the value that replaces the forget gate's bias of an LSTM (Gers et al. 2000; 1 in Jozefowicz et al. 2015);
 *            0 keeps that of {@code bias}
 * @param maxTime
 *            T_max of {@link Bias#CHRONO}, in steps, at least 3
 * @param std
 *            the standard deviation of {@link Matrix#NORMAL}, positive
 */
public record RecurrentInitializer(Matrix input, Matrix recurrent, Bias bias, double forgetBias, int maxTime,
        double std) {
    /** PyTorch's initializer: everything uniform within {@code 1 / sqrt(H)}. */
    public static final RecurrentInitializer DEFAULT = new RecurrentInitializer(Matrix.UNIFORM, Matrix.UNIFORM,
            Bias.UNIFORM, 0,
            784,
            0.001);

    /** The rules for matrices. */
    public enum Matrix {
        /** Uniform within {@code 1 / sqrt(H)}, as in PyTorch. */
        UNIFORM,
        /** Orthonormal columns, or rows if there are fewer of them (Saxe et al. 2014). */
        ORTHOGONAL,
        /** Ones on the diagonal (Le et al. 2015, for U). */
        IDENTITY,
        /**
         * The identity for the candidate state, g of an LSTM and n of a GRU, and orthonormal columns for the other
         * gates (Cooijmans et al. 2016, for U).
         */
        CANDIDATE_IDENTITY,
        /** Normal with a variance of 2 / columns (He et al. 2015). */
        HE,
        /** Normal with a given standard deviation. */
        NORMAL
    }

    /** The rules for biases. */
    public enum Bias {
        /** Uniform within {@code 1 / sqrt(H)}, as in PyTorch. */
        UNIFORM,
        /** Zero. */
        ZERO,
        /**
         * {@code log(u)}, with u uniform in 1 to T_max - 1, for the gate that keeps the state, its negative for the
         * input gate of an LSTM, and zero otherwise. The memory of the units then has lengths spread up to T_max
         * (Tallec and Ollivier 2018). The gate that keeps the state is f of an LSTM and z of a GRU.
         */
        CHRONO
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException
     *             if {@code maxTime} is less than 3 with {@link Bias#CHRONO}, or {@code std} is not positive
     */
    public RecurrentInitializer {
        if (bias == Bias.CHRONO && maxTime < 3) {
            throw new IllegalArgumentException("maxTime must be at least 3 steps for bias chrono, not " + maxTime);
        }
        if (!(std > 0)) {
            throw new IllegalArgumentException("std must be positive, not " + std);
        }
    }

    /**
     * Checks that a kind of layer has the gates that this initializer needs.
     *
     * @param prefix
     *            the prefix of the component names in the message
     * @throws IllegalArgumentException
     *             if it lacks one
     */
    public void requireFor(CellKind kind, String prefix) {
        if (forgetBias != 0 && kind != CellKind.LSTM) {
            throw new IllegalArgumentException(
                    prefix + "forgetBias must be 0 for " + kind + ", not " + forgetBias + (kind == CellKind.UR_LSTM
                            ? ": its gates have an offset of their own"
                            : ": only an LSTM has a forget gate"));
        }
        if (kind == CellKind.UR_LSTM && bias == Bias.CHRONO) {
            throw new IllegalArgumentException(
                    prefix + "bias must not be chrono for UR_LSTM: its gates have an offset of their own");
        }
        if (bias == Bias.CHRONO && kind.gates() == 1) {
            throw new IllegalArgumentException(prefix + "bias must not be chrono for " + kind + ", which has no gates");
        }
        if (kind == CellKind.LEM && bias == Bias.CHRONO) {
            throw new IllegalArgumentException(
                    prefix + "bias must not be chrono for LEM: the time steps of its gates are set by dt");
        }
        if (kind == CellKind.LEM && (input == Matrix.CANDIDATE_IDENTITY || recurrent == Matrix.CANDIDATE_IDENTITY)) {
            throw new IllegalArgumentException(prefix + (input == Matrix.CANDIDATE_IDENTITY ? "input" : "recurrent")
                    + " must not be candidate_identity for LEM, which has two candidates");
        }
    }

    /** Creates W of a layer. */
    Parameter inputWeight(Weights weights, String name, CellKind kind, int features, int hidden) {
        return matrix(input, weights, name, kind.gates(), features, hidden);
    }

    /** Creates U of a layer. */
    Parameter hiddenWeight(Weights weights, String name, CellKind kind, int hidden) {
        return matrix(recurrent, weights, name, kind.stateGates(), hidden, hidden);
    }

    /** Creates V of a LEM. */
    Parameter cellWeight(Weights weights, String name, int hidden) {
        return matrix(recurrent, weights, name, 1, hidden, hidden);
    }

    /** Creates the bias of V of a LEM. */
    Parameter cellBias(Weights weights, String name, int hidden) {
        return weights.filled(name, Shape.of(hidden), (values, key) -> uniformBias(values, key, hidden));
    }

    /**
     * Creates the offset of the gates of a UR_LSTM, {@code log(u / (1 - u))} with u uniform in 1/H to 1 - 1/H: with it
     * alone, the forget gate is u.
     */
    Statistic gateOffset(Weights weights, String name, int hidden) {
        double edge = 1.0 / Math.max(2, hidden);
        return weights.statistic(name, Shape.of(hidden), (values, key) -> {
            for (int j = 0; j < hidden; j++) {
                double u = edge + key.uniform(j) * (1 - 2 * edge);
                values[j] = (float) StrictMath.log(u / (1 - u));
            }
        });
    }

    /** Creates the bias of the input, which holds the special values of a gate's bias. */
    Parameter inputBias(Weights weights, String name, CellKind kind, int hidden) {
        return weights.filled(name, Shape.of(kind.gates() * hidden), (values, key) -> {
            uniformBias(values, key, hidden);
            if (bias == Bias.CHRONO) {
                chrono(values, key, kind, hidden);
            }
            fillForget(values, kind, hidden, (float) forgetBias);
        });
    }

    /** Creates the bias of the state, which is zero where the bias of the input has a special value. */
    Parameter hiddenBias(Weights weights, String name, CellKind kind, int hidden) {
        return weights.filled(name, Shape.of(kind.stateGates() * hidden), (values, key) -> {
            uniformBias(values, key, hidden);
            fillForget(values, kind, hidden, 0f);
        });
    }

    private void uniformBias(float[] values, RandomKey key, int hidden) {
        if (bias == Bias.UNIFORM) {
            uniform(values, key, hidden);
        }
    }

    private void fillForget(float[] values, CellKind kind, int hidden, float value) {
        if (forgetBias != 0 && kind == CellKind.LSTM) {
            Arrays.fill(values, hidden, 2 * hidden, value);
        }
    }

    private void chrono(float[] values, RandomKey key, CellKind kind, int hidden) {
        for (int j = 0; j < hidden; j++) {
            float keep = (float) StrictMath.log(1 + key.uniform(j) * (maxTime - 2.0));
            values[hidden + j] = keep; // f of an LSTM, z of a GRU
            if (kind == CellKind.LSTM) {
                values[j] = -keep;
            }
        }
    }

    private Parameter matrix(Matrix rule, Weights weights, String name, int gates, int columns, int hidden) {
        return weights.filled(name, Shape.of(gates * hidden, columns), (values, key) -> {
            switch (rule) {
                case UNIFORM -> uniform(values, key, hidden);
                case ORTHOGONAL -> orthogonal(values, key, gates, hidden, columns);
                case IDENTITY -> {
                    for (int gate = 0; gate < gates; gate++) {
                        identity(values, gate * hidden * columns, hidden, columns);
                    }
                }
                case CANDIDATE_IDENTITY -> {
                    orthogonal(values, key, gates, hidden, columns);
                    identity(values, Math.min(2, gates - 1) * hidden * columns, hidden, columns);
                }
                case HE -> key.normal(values, 0, values.length, 0, (float) Math.sqrt(2.0 / columns));
                case NORMAL -> key.normal(values, 0, values.length, 0, (float) std);
            }
        });
    }

    private static void orthogonal(float[] values, RandomKey key, int gates, int hidden, int columns) {
        key.normal(values, 0, values.length, 0, 1);
        for (int gate = 0; gate < gates; gate++) {
            Orthonormal.of(values, gate * hidden * columns, hidden, columns);
        }
    }

    private static void identity(float[] values, int at, int rows, int columns) {
        Arrays.fill(values, at, at + rows * columns, 0f);
        for (int j = 0; j < Math.min(rows, columns); j++) {
            values[at + j * columns + j] = 1f;
        }
    }

    private static void uniform(float[] values, RandomKey key, int hidden) {
        float bound = (float) (1 / Math.sqrt(hidden));
        key.uniform(values, 0, values.length, -bound, bound);
    }
}
