package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The spectrum of HiPPO-N, against that of numpy.linalg.eigvalsh and against its definition. */
class HippoTest {
    @Test
    void theFrequenciesAreThoseOfNumpy() {
        double[] expected = {19.85741037, 5.35420852, 1.95779415, 0.42748871};
        Hippo hippo = Hippo.of(8);
        for (int pair = 0; pair < 4; pair++) {
            assertThat(hippo.frequency(pair)).isCloseTo(expected[pair], within(1e-8));
        }
        Hippo large = Hippo.of(128);
        assertThat(large.frequency(0)).isCloseTo(5214.66561346, within(1e-7));
        assertThat(large.frequency(1)).isCloseTo(1736.82621061, within(1e-7));
        assertThat(large.frequency(62)).isCloseTo(0.78269061, within(1e-8));
        assertThat(large.frequency(63)).isCloseTo(0.23524180, within(1e-8));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 14, 64, 128})
    void theVectorsAreOrthonormalEigenvectors(int size) {
        Hippo hippo = Hippo.of(size);
        for (int pair = 0; pair < size / 2; pair++) {
            // S v = (-1/2 + i w) v, with S from its definition A + p p^T.
            double w = hippo.frequency(pair);
            double residual = 0;
            for (int n = 0; n < size; n++) {
                double re = hippo.real(n, pair) / 2 + w * hippo.imaginary(n, pair);
                double im = hippo.imaginary(n, pair) / 2 - w * hippo.real(n, pair);
                for (int k = 0; k < size; k++) {
                    re += normal(n, k) * hippo.real(k, pair);
                    im += normal(n, k) * hippo.imaginary(k, pair);
                }
                residual = Math.max(residual, Math.hypot(re, im));
            }
            assertThat(residual).as("residual of pair %s", pair).isLessThan(1e-14 * size * size);
            for (int other = 0; other <= pair; other++) {
                double re = 0;
                double im = 0;
                for (int n = 0; n < size; n++) {
                    re += hippo.real(n, pair) * hippo.real(n, other)
                            + hippo.imaginary(n, pair) * hippo.imaginary(n, other);
                    im += hippo.real(n, pair) * hippo.imaginary(n, other)
                            - hippo.imaginary(n, pair) * hippo.real(n, other);
                }
                assertThat(Math.hypot(re - (pair == other ? 1 : 0), im)).as("product of %s and %s", pair, other)
                        .isLessThan(1e-10);
            }
        }
    }

    @Test
    void theSumThatFixesThePhaseIsPositive() {
        Hippo hippo = Hippo.of(14);
        for (int pair = 0; pair < 7; pair++) {
            double re = 0;
            double im = 0;
            for (int n = 0; n < 14; n++) {
                re += Math.sqrt(n + 0.5) * hippo.real(n, pair);
                im += Math.sqrt(n + 0.5) * hippo.imaginary(n, pair);
            }
            assertThat(re).isPositive();
            assertThat(im).isCloseTo(0, within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void anOddSizeIsRefused(int size) {
        assertThatThrownBy(() -> Hippo.of(size)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the size of HiPPO-N must be even and at least 2, not " + size);
    }

    /** HiPPO-LegS plus the product of p with itself. */
    private static double normal(int n, int k) {
        double legs = n > k ? -Math.sqrt((2.0 * n + 1) * (2.0 * k + 1)) : n == k ? -(n + 1) : 0;
        return legs + Math.sqrt((n + 0.5) * (k + 0.5));
    }
}
