package scanline.engine.tensor;

import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.weightedSum;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedAttention;
import scanline.engine.backend.FusedFeedForward;
import scanline.engine.backend.FusedNormPool;
import scanline.engine.backend.FusedRecurrence;
import scanline.engine.geometry.Blocks;
import scanline.engine.random.RandomKey;

/** Gradients against central differences, and a backend with an error that these must find. */
public final class CentralDifferences {
    // The loss, a sum in double precision of float32 values around 1, has errors of about 1e-7 times the root of their
    // number, which a difference over 2^-5 turns into 1e-5; the third derivatives add up to h^2 / 6 of them, 2e-4 at
    // most. A wrong sign or factor is an error of the order of 1.
    private static final float STEP = 1f / 64;
    private static final RandomKey KEY = RandomKey.of(11, "noise");

    private CentralDifferences() {}

    /**
     * The largest difference between the gradients of some parameters and central differences, as a share of the largest
     * gradient.
     *
     * @param formula
     *            made of the parameters alone
     */
    public static double error(Weights weights, Function<Tape, Tensor> formula) {
        Engine engine = new Engine(weights.backend());
        float[] factors;
        try (Tape tape = engine.training(KEY)) {
            Tensor y = formula.apply(tape);
            factors = uniform("factors", y.shape().elements(), 1);
            tape.backward(weightedSum(y, factors));
        }
        double error = 0;
        for (Parameter source : weights.parameters()) {
            float[] values = source.values();
            float[] gradients = source.gradients();
            float[] differences = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                double above = loss(formula, engine, source, i, values[i] + STEP, factors);
                double below = loss(formula, engine, source, i, values[i] - STEP, factors);
                differences[i] = (float) ((above - below) / (values[i] + STEP - (values[i] - STEP)));
                source.value().write(i, values, i, 1);
            }
            error = Math.max(error, Numbers.error(gradients, differences));
        }
        return error;
    }

    private static double loss(Function<Tape, Tensor> formula, Engine engine, Parameter changed, int i, float value,
            float[] factors) {
        changed.value().write(i, new float[] {value}, 0, 1);
        try (Tape tape = engine.training(KEY)) {
            return weightedSum(formula.apply(tape).values(), factors);
        }
    }

    /** The backend with what one duty adds to one of its outputs negated, counting the blocks of each argument. */
    public static Backend withSignError(Backend backend, String wrong, int output) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class, FusedRecurrence.class, FusedAttention.class,
                        FusedFeedForward.class, FusedNormPool.class},
                (_, operation, arguments) -> {
                    Buffer target = operation.getName().equals(wrong) ? (Buffer) blocks(arguments).get(output) : null;
                    float[] before = target == null ? new float[0] : Numbers.values(target);
                    try {
                        return operation.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (target != null) {
                            float[] after = Numbers.values(target);
                            for (int i = 0; i < after.length; i++) {
                                after[i] = before[i] - (after[i] - before[i]);
                            }
                            target.write(0, after, 0, after.length);
                        }
                    }
                });
    }

    /** The blocks that these arguments are or hold, in order. */
    private static List<@Nullable Object> blocks(Object... arguments) {
        List<@Nullable Object> blocks = new ArrayList<>();
        for (Object argument : arguments) {
            if (argument instanceof Blocks<?> group) {
                group.map(blocks::add);
            } else {
                blocks.add(argument);
            }
        }
        return blocks;
    }
}
