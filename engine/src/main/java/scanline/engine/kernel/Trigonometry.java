package scanline.engine.kernel;

/**
 * Sine and cosine in double precision, for the parameters of a pass: {@link StrictMath} allocates an array for angles
 * beyond a quarter of a circle.
 *
 * <p>
 * The angle is reduced to at most an eighth of a circle, {@code r = x - k pi/2}, with pi/2 as a sum of two numbers and
 * fused multiply-adds, of which the first is exact. The Taylor series of r is then cut where its terms are below the
 * rounding error of the result. The absolute error is below 2e-16 for angles up to 1e8.
 */
final class Trigonometry {
    private static final double HALF_PI = 0x1.921fb54442d18p0;
    private static final double HALF_PI_REST = 0x1.1a62633145c07p-54;
    private static final double TWO_BY_PI = 2 / Math.PI;

    private Trigonometry() {}

    static double sin(double x) {
        return turned(x, 0);
    }

    static double cos(double x) {
        return turned(x, 1);
    }

    /** The sine of x and some quarters of a circle. */
    private static double turned(double x, int quarters) {
        double k = StrictMath.rint(x * TWO_BY_PI);
        double r = Math.fma(-k, HALF_PI_REST, Math.fma(-k, HALF_PI, x));
        long quarter = (long) k + quarters;
        double value = (quarter & 1) == 0 ? sine(r) : cosine(r);
        return (quarter & 2) == 0 ? value : -value;
    }

    private static double sine(double r) {
        double z = r * r;
        double sum = -1.0 / 1_307_674_368_000L;
        sum = Math.fma(sum, z, 1.0 / 6_227_020_800L);
        sum = Math.fma(sum, z, -1.0 / 39_916_800);
        sum = Math.fma(sum, z, 1.0 / 362_880);
        sum = Math.fma(sum, z, -1.0 / 5040);
        sum = Math.fma(sum, z, 1.0 / 120);
        sum = Math.fma(sum, z, -1.0 / 6);
        return Math.fma(sum * z, r, r);
    }

    private static double cosine(double r) {
        double z = r * r;
        double sum = 1.0 / 20_922_789_888_000L;
        sum = Math.fma(sum, z, -1.0 / 87_178_291_200L);
        sum = Math.fma(sum, z, 1.0 / 479_001_600);
        sum = Math.fma(sum, z, -1.0 / 3_628_800);
        sum = Math.fma(sum, z, 1.0 / 40_320);
        sum = Math.fma(sum, z, -1.0 / 720);
        sum = Math.fma(sum, z, 1.0 / 24);
        sum = Math.fma(sum, z, -1.0 / 2);
        return Math.fma(sum, z, 1);
    }
}
