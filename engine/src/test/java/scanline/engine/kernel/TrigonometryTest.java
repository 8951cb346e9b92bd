package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Sine and cosine in double precision against those of the JDK. */
class TrigonometryTest {
    @Test
    void smallAndLargeAnglesAgreeWithStrictMath() {
        for (double scale = 1e-9; scale < 1e9; scale *= 10) {
            for (int i = -500; i <= 500; i++) {
                compare(scale * i / 500);
            }
        }
    }

    @Test
    void anglesNearMultiplesOfAQuarterAgreeWithStrictMath() {
        for (int quarter = -1000; quarter <= 1000; quarter++) {
            double angle = quarter * (Math.PI / 2);
            for (double near : new double[] {Math.nextDown(angle), angle, Math.nextUp(angle), angle + 1e-7}) {
                compare(near);
                assertThat(Trigonometry.sin(near / 2)).isCloseTo(StrictMath.sin(near / 2), within(3e-16));
            }
        }
    }

    @Test
    void whatIsNoAngleGivesNoNumber() {
        assertThat(Trigonometry.sin(Double.NaN)).isNaN();
        assertThat(Trigonometry.cos(Double.POSITIVE_INFINITY)).isNaN();
    }

    private static void compare(double angle) {
        assertThat(Trigonometry.sin(angle)).as("sin %s", angle).isCloseTo(StrictMath.sin(angle), within(3e-16));
        assertThat(Trigonometry.cos(angle)).as("cos %s", angle).isCloseTo(StrictMath.cos(angle), within(3e-16));
    }
}
