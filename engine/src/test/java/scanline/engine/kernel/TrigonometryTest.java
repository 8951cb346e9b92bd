package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import scanline.engine.random.RandomKey;

/** Sine and cosine against those of {@code StrictMath}. */
class TrigonometryTest {
    private static final int COUNT = 200_000;

    @Test
    void bothAreExactToTwoUnitsOfTheLastPlaceOfOne() {
        for (double range : new double[] {1e-9, 0.1, 1, 10, 1000, 1e6, 9e7}) {
            float[] draws = new float[COUNT];
            RandomKey.of(1, "angles" + range).uniform(draws, 0, COUNT, -1, 1);
            double worst = 0; // in units of the last place of 1, or of x where that is less
            for (float draw : draws) {
                double x = draw * range;
                double unit = Math.ulp(1.0);
                worst = Math.max(worst,
                        Math.abs(Trigonometry.sin(x) - StrictMath.sin(x)) / (unit * Math.min(1, Math.abs(x))));
                worst = Math.max(worst, Math.abs(Trigonometry.cos(x) - StrictMath.cos(x)) / unit);
            }
            assertThat(worst).as("angles up to %s", range).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void edgesAreThoseOfStrictMath() {
        for (double x : new double[] {0, 1e9, -1e300}) {
            assertThat(Trigonometry.sin(x)).isEqualTo(StrictMath.sin(x));
            assertThat(Trigonometry.cos(x)).isEqualTo(StrictMath.cos(x));
        }
        assertThat(Trigonometry.sin(Double.POSITIVE_INFINITY)).isNaN();
        assertThat(Trigonometry.cos(Double.NaN)).isNaN();
    }
}
