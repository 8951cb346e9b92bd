package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedAttention;
import scanline.engine.backend.FusedDiagonal;
import scanline.engine.backend.FusedFeedForward;
import scanline.engine.backend.FusedGate;
import scanline.engine.backend.FusedMinimalRecurrence;
import scanline.engine.backend.FusedNormPool;
import scanline.engine.backend.FusedRecurrence;
import scanline.engine.backend.FusedS4d;
import scanline.engine.geometry.Blocks;
import scanline.engine.random.RandomKey;

/** What the engine's tests share: sizes, numbers, comparisons, and a look inside a tape. */
public final class Numbers {
    /** Around every width of a vector, a tile and a panel, and far from all of them. */
    public static final int[] AWKWARD = {1, 2, 3, 5, 7, 13, 15, 16, 17, 31, 33, 63, 65, 100, 127, 129};

    private Numbers() {}

    /** n numbers, uniform in -bound to bound, that depend on {@code purpose} alone. */
    public static float[] uniform(String purpose, int n, float bound) {
        float[] values = new float[n];
        RandomKey.of(1, purpose).uniform(values, 0, n, -bound, bound);
        return values;
    }

    /** n labels below {@code classes}. */
    public static int[] labels(int n, int classes) {
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = RandomKey.of(1, "labels").below(classes, i);
        }
        return labels;
    }

    /** A buffer with these values. */
    public static Buffer buffer(Backend backend, float... values) {
        Buffer buffer = backend.allocate(values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    /** A copy of all that a buffer holds. */
    public static float[] values(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.read(0, values, 0, values.length);
        return values;
    }

    /** A hash of numbers, to the bit, and of what was hashed before (FNV-1a, word by word). */
    public static long hash(long before, float... values) {
        long hash = before;
        for (float value : values) {
            hash = (hash ^ Float.floatToRawIntBits(value)) * 0x100000001B3L;
        }
        return hash;
    }

    /** A parameter as a tensor of a pass, so that an op can be tried on parameters alone. */
    public static Tensor onTape(Tape tape, Parameter parameter) {
        return new Tensor(tape, parameter.shape(), parameter.value(), parameter.needsGradient(),
                parameter.gradientOrNull());
    }

    /** The parameter as a tensor on the tape of another tensor. */
    public static Tensor onTape(Tensor like, Parameter parameter) {
        return onTape(Tape.of(like), parameter);
    }

    /** The weighted sum of a tensor, in double precision, as a loss of one number to go back from. */
    public static Tensor weightedSum(Tensor y, float[] factors) {
        return GradientCheck.weightedSum(y, factors);
    }

    /** The largest difference, as a share of the largest magnitude that is expected. */
    public static double error(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        double scale = Float.MIN_NORMAL;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        return largest / scale;
    }

    /** Fails if the {@link #error} exceeds the tolerance. */
    public static void assertClose(String what, float[] actual, float[] expected, double tolerance) {
        double error = error(actual, expected);
        if (!(error <= tolerance)) {
            fail("%s: error %.3g of the largest magnitude, tolerance %.3g", what, error, tolerance);
        }
    }

    /** Fails at the first element whose bits differ. */
    public static void assertSameBits(String what, float[] actual, float[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(actual[i]) != Float.floatToRawIntBits(expected[i])) {
                fail("%s: element %d is %s, not %s", what, i, actual[i], expected[i]);
            }
        }
    }

    /** The same backend without its extra abilities, so that every op runs composed. */
    public static Backend withoutFusedOperations(Backend backend) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class},
                (_, operation, arguments) -> {
                    try {
                        return operation.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The backend with what one duty adds to one of its outputs negated, counting the blocks of each argument. */
    public static Backend withSignError(Backend backend, String wrong, int output) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class, FusedRecurrence.class, FusedDiagonal.class, FusedMinimalRecurrence.class,
                        FusedAttention.class,
                        FusedFeedForward.class, FusedNormPool.class, FusedS4d.class, FusedGate.class},
                (_, operation, arguments) -> {
                    Buffer target = operation.getName().equals(wrong) ? (Buffer) blocks(arguments).get(output) : null;
                    float[] before = target == null ? new float[0] : values(target);
                    try {
                        return operation.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (target != null) {
                            float[] after = values(target);
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
