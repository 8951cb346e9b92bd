package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.AWKWARD;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.uniform;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationsTest {
    // A prime, so that all low bits of the pattern occur; about a million numbers in the range of each function.
    private static final int STRIDE = 2003;

    private interface Kernel {
        void run(float[] y, int yAt, float[] x, int xAt, int n);
    }

    private interface Scalar {
        float of(float x);
    }

    /** A function, its bound in ulp, and the range in which the bound is promised. */
    private record Function(String name, Kernel kernel, Scalar scalar, DoubleUnaryOperator exact, double ulps,
            float low,
            float high) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Function> functions() {
        return Stream.of(
                new Function("exp", Activations::exp, Activations::exp, StrictMath::exp, 2, -87.33654f, 88),
                new Function("exp of everything", Elementary::exp, ActivationsTest::exp, StrictMath::exp, 6,
                        -110, 88.72283f),
                new Function("log", Elementary::log, Elementary::log, StrictMath::log, 2, Float.MIN_VALUE,
                        Float.MAX_VALUE),
                new Function("sigmoid", Activations::sigmoid, Activations::sigmoid,
                        x -> 1 / (1 + StrictMath.exp(-x)), 3, -87.33654f, Float.MAX_VALUE),
                new Function("tanh", Activations::tanh, Activations::tanh, StrictMath::tanh, 3, -Float.MAX_VALUE,
                        Float.MAX_VALUE),
                new Function("erf", Gelu::erf, ActivationsTest::erf, ActivationsTest::exactErf, 3, -Float.MAX_VALUE,
                        Float.MAX_VALUE));
    }

    private static float exp(float x) {
        float[] y = new float[1];
        Elementary.exp(y, 0, new float[] {x}, 0, 1);
        return y[0];
    }

    private static float erf(float x) {
        float[] y = new float[1];
        Gelu.erf(y, 0, new float[] {x}, 0, 1);
        return y[0];
    }

    /** By its series, all of whose terms are positive (Abramowitz and Stegun 7.1.6); from 6 on it is 1. */
    private static double exactErf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double sum = x;
        double term = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
    }

    @ParameterizedTest
    @MethodSource("functions")
    void theErrorStaysWithinTheStatedUlps(Function f) {
        float[] x = new float[4099];
        float[] y = new float[x.length];
        double worst = 0;
        float worstAt = 0;
        int points = 0;
        int n = 0;
        // Patterns of the positive numbers in order of size, each with both signs.
        for (int bits = 0; bits < 0x7F800000; bits += STRIDE) {
            float magnitude = Float.intBitsToFloat(bits);
            for (float value : new float[] {magnitude, -magnitude}) {
                if (value >= f.low && value <= f.high) {
                    x[n++] = value;
                }
            }
            if (n >= x.length - 1 || bits + STRIDE >= 0x7F800000) {
                f.kernel.run(y, 0, x, 0, n);
                for (int i = 0; i < n; i++) {
                    double exact = f.exact.applyAsDouble(x[i]);
                    double ulps = Math.abs(y[i] - exact) / Math.ulp((float) exact);
                    if (!(ulps <= worst)) {
                        worst = ulps;
                        worstAt = x[i];
                    }
                }
                points += n;
                n = 0;
            }
        }
        assertThat(points).isGreaterThan(1_000_000);
        assertThat(worst).as("ulps at %s", worstAt).isLessThanOrEqualTo(f.ulps);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void vectorsAndTailsHaveTheSameBitsAtEveryOffsetAndLength(Function f) {
        float[] x = uniform("activations", 160, 30);
        float[] edges = {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, 1e-30f, -1e-20f, 87.5f, -87.5f,
                88.5f, -104f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int i = 0; i < edges.length; i++) {
            x[7 * i] = edges[i];
        }
        float[] expected = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            expected[i] = f.scalar.of(x[i]);
        }
        for (int n : AWKWARD) {
            for (int at = 0; at < 17; at++) {
                float[] y = new float[n + 2];
                f.kernel.run(y, 1, x, at, n);
                float[] wanted = new float[n + 2];
                System.arraycopy(expected, at, wanted, 1, n);
                assertSameBits(f.name + " of " + n + " from " + at, y, wanted);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void nanStaysNaN(Function f) {
        float[] x = uniform("activations", 37, 3);
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 5 == 0 ? Float.NaN : Math.max(x[i], f.low); // a logarithm of less than its least is NaN as well
        }
        float[] y = new float[x.length];
        f.kernel.run(y, 0, x, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            assertThat(Float.isNaN(y[i])).isEqualTo(i % 5 == 0);
            assertThat(Float.isNaN(f.scalar.of(x[i]))).isEqualTo(i % 5 == 0);
        }
    }

    @Test
    void exponentialsAndLogarithmsHaveTheirLimits() {
        float inf = Float.POSITIVE_INFINITY;
        float[] x = {0f, 1e30f, 88.73f, -104f, inf, -inf, -1e30f};
        float[] y = new float[x.length];
        Elementary.exp(y, 0, x, 0, x.length);
        assertThat(y).containsExactly(1f, inf, inf, 0f, inf, 0f, 0f);
        // Vectors and tails alike.
        for (int at = 0; at < 20; at++) {
            float[] one = new float[20];
            for (float value : new float[] {0f, -0f, 1f, inf, -1f, -inf, -Float.MIN_VALUE}) {
                one[at] = value;
                float[] logs = new float[20];
                Elementary.log(logs, 0, one, 0, 20);
                float exact = value < 0 ? Float.NaN : (float) StrictMath.log(value);
                assertSameBits("log of " + value, new float[] {logs[at], Elementary.log(value)},
                        new float[] {exact, exact});
            }
        }
    }

    @Test
    void functionsAreConstantOutsideTheirRange() {
        assertThat(Activations.exp(0f)).isEqualTo(1f);
        assertThat(Activations.exp(1000f)).isEqualTo(Activations.exp(Float.POSITIVE_INFINITY)).isEqualTo(
                Activations.exp(88f));
        assertThat(Activations.exp(-1000f)).isEqualTo(Activations.exp(Float.NEGATIVE_INFINITY)).isGreaterThan(0)
                .isLessThan(1.2e-38f);
        assertThat(Activations.sigmoid(0f)).isEqualTo(0.5f);
        assertThat(Activations.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(Activations.sigmoid(Float.NEGATIVE_INFINITY)).isGreaterThanOrEqualTo(0f).isLessThan(1e-38f);
        assertThat(Activations.tanh(0f)).isEqualTo(0f);
        assertThat(Activations.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(Activations.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
        assertThat(Activations.tanh(Float.MIN_VALUE)).isEqualTo(Float.MIN_VALUE);
        assertThat(Activations.tanh(-Float.MIN_NORMAL)).isEqualTo(-Float.MIN_NORMAL);
    }
}
