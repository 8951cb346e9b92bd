package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import scanline.engine.random.RandomKey;

/**
 * Compares gradients with central differences, {@code (f(x + h) - f(x - h)) / 2h}, as PyTorch's {@code gradcheck}. An
 * error is the largest difference between the two as a share of the largest difference quotient of the same tensor. The
 * gradient of a smooth function that is right has an error below 1e-3; a wrong sign or factor gives one of the order of
 * 1. The inputs of a function that is not smooth, such as a maximum, must be further than 1/64 from its kinks.
 *
 * <p>
 * Tensors are checked element by element, with two passes for each: use small shapes, such as [3, 13].
 */
public final class GradientCheck {
    // The loss, a sum in double precision of float32 values around 1, has errors of about 1e-7 times the root of their
    // number, which a difference over 2^-5 turns into 1e-5; the third derivatives add up to h^2 / 6 of them, 2e-4 at
    // most. A wrong sign or factor is an error of the order of 1.
    private static final float STEP = 1f / 64;
    private static final RandomKey KEY = RandomKey.of(11, "noise");

    private GradientCheck() {}

    /**
     * Checks a custom op on inputs that are uniform in -1 to 1.
     *
     * @param inputs
     *            the shapes of its inputs
     * @return the largest error over all inputs; infinite if a gradient is not a number
     * @throws IllegalStateException
     *             if no backend is on the module path
     */
    public static double error(CustomOp op, Shape... inputs) {
        return error(op, -1, 1, inputs);
    }

    /**
     * Checks a custom op on inputs that are uniform in {@code low} to {@code high}: with each input as the only one
     * that needs a gradient, and with all of them.
     *
     * @return the largest error over all inputs; infinite if a gradient is not a number
     * @throws IllegalStateException
     *             if no backend is on the module path
     */
    public static double error(CustomOp op, float low, float high, Shape... inputs) {
        try (Engine engine = Engine.open(1)) {
            double error = 0;
            for (int i = -1; i < inputs.length; i++) {
                error = Math.max(error, error(engine, tensors -> op.apply(tensors.toArray(Tensor[]::new)), low, high,
                        i, inputs));
            }
            return error;
        }
    }

    /**
     * Checks any function of tensors on inputs that are uniform in -1 to 1.
     *
     * @param function
     *            takes a tensor for each shape; it must not depend on anything that changes from call to call, and its
     *            random numbers are the same in each
     * @return the largest error over all inputs; infinite if a gradient is not a number
     */
    public static double error(Engine engine, Function<List<Tensor>, Tensor> function, Shape... inputs) {
        return error(engine, function, -1, 1, -1, inputs);
    }

    /** Checks the gradient of one input, or if {@code only} is -1 of all, where the others are constants. */
    private static double error(Engine engine, Function<List<Tensor>, Tensor> function, float low, float high,
            int only, Shape... inputs) {
        Weights learned = engine.weights(1);
        Weights constant = engine.weights(1);
        List<Parameter> values = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            Weights weights = only < 0 || only == i ? learned : constant;
            values.add(weights.filled("input" + i, inputs[i],
                    (target, key) -> key.uniform(target, 0, target.length, low, high)));
        }
        return error(learned, tape -> {
            List<Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < inputs.length; i++) {
                Parameter value = values.get(i);
                tensors.add(only < 0 || only == i
                        ? new Tensor(tape, value.shape(), value.value(), true, value.gradient())
                        : new Tensor(tape, value.shape(), value.value(), false, null));
            }
            return function.apply(tensors);
        });
    }

    /**
     * Checks the gradients of a model's parameters at their current values, which are the same afterwards; the
     * gradients are those of the check. Frozen parameters are not checked.
     *
     * @param function
     *            a training pass through the model, which must be the same each time
     * @return the largest error over all parameters; infinite if a gradient is not a number
     */
    public static double error(Weights weights, Function<Tape, Tensor> function) {
        return error(weights, engine -> engine.training(KEY), function);
    }

    /**
     * Checks the gradients of a model's parameters, as {@link #error(Weights, Function)} does, in passes of another kind.
     *
     * @param pass
     *            starts a pass that records gradients, such as {@link Engine#inferenceWithGradients}
     * @param function
     *            the pass through the model, which must be the same each time
     * @return the largest error over all parameters; infinite if a gradient is not a number
     */
    public static double error(Weights weights, Function<Engine, Tape> pass, Function<Tape, Tensor> function) {
        Engine engine = new Engine(weights.backend());
        weights.clearGradients();
        float[] factors;
        try (Tape tape = pass.apply(engine)) {
            Tensor y = function.apply(tape);
            factors = new float[y.shape().elements()];
            RandomKey.of(1, "factors").uniform(factors, 0, factors.length, -1, 1);
            tape.backward(weightedSum(y, factors));
        }
        double error = 0;
        for (Parameter parameter : weights.parameters()) {
            if (!parameter.needsGradient()) {
                continue;
            }
            float[] values = parameter.values();
            float[] differences = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                float above = values[i] + STEP;
                float below = values[i] - STEP;
                double difference = loss(function, pass.apply(engine), parameter, i, above, factors)
                        - loss(function, pass.apply(engine), parameter, i, below, factors);
                differences[i] = (float) (difference / (above - below));
                parameter.value().write(i, values, i, 1);
            }
            error = Math.max(error, error(parameter.gradients(), differences));
        }
        return error;
    }

    private static double loss(Function<Tape, Tensor> function, Tape pass, Parameter changed, int i, float value,
            float[] factors) {
        changed.value().write(i, new float[] {value}, 0, 1);
        try (pass) {
            return weightedSum(function.apply(pass).values(), factors);
        }
    }

    /** The weighted sum of a tensor, computed in double precision, as a loss with one element, [1]. */
    static Tensor weightedSum(Tensor y, float[] factors) {
        Tape tape = Tape.of(y);
        Tensor loss = tape.result(new Op.Sum(-1, false), Shape.of(1), y);
        loss.value().write(0, new float[] {(float) weightedSum(y.values(), factors)}, 0, 1);
        tape.record(loss, () -> y.gradient().write(0, factors, 0, factors.length));
        return loss;
    }

    private static double weightedSum(float[] values, float[] factors) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (double) values[i] * factors[i];
        }
        return sum;
    }

    /** The largest difference, as a share of the largest magnitude that is expected. */
    private static double error(float[] actual, float[] expected) {
        double largest = 0;
        double scale = Float.MIN_NORMAL;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = Double.isFinite(difference) ? Math.max(largest, difference) : Double.POSITIVE_INFINITY;
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        return largest / scale;
    }
}
