package scanline.engine.kernel;

/**
 * Sine and cosine in double precision. {@code StrictMath} has them too, but it allocates an array for every angle beyond a
 * quarter of pi, and a training step must not allocate.
 *
 * <p>
 * With k the whole number nearest to {@code x / (pi / 2)}, the remainder {@code r = x - k pi / 2} is at most pi / 4. Sine and
 * cosine of x are, up to the sign, sine or cosine of r, which are Taylor polynomials; their first omitted terms are below
 * 1e-17.
 */
public final class Trigonometry {
    // pi / 2 in three parts, the sum of which is exact to 160 bits.
    private static final double HALF_PI = Math.PI / 2;
    private static final double HALF_PI_MIDDLE = 6.123233995736766e-17;
    private static final double HALF_PI_LOW = -1.4973849048591833e-33;
    // Beyond it, k times the rest of pi / 2 would no longer be negligible.
    private static final double LARGEST = 1e8;

    private static final double S3 = -1.0 / 6;
    private static final double S5 = 1.0 / 120;
    private static final double S7 = -1.0 / 5040;
    private static final double S9 = 1.0 / 362_880;
    private static final double S11 = -1.0 / 39_916_800;
    private static final double S13 = 1.0 / 6_227_020_800.0;
    private static final double S15 = -1.0 / 1_307_674_368_000.0;
    private static final double S17 = 1.0 / 355_687_428_096_000.0;
    private static final double C2 = -1.0 / 2;
    private static final double C4 = 1.0 / 24;
    private static final double C6 = -1.0 / 720;
    private static final double C8 = 1.0 / 40_320;
    private static final double C10 = -1.0 / 3_628_800;
    private static final double C12 = 1.0 / 479_001_600;
    private static final double C14 = -1.0 / 87_178_291_200.0;
    private static final double C16 = 1.0 / 20_922_789_888_000.0;

    private Trigonometry() {}

    /** {@code y[i] = sin(x[i])}, rounded from double precision. */
    public static void sin(float[] y, float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            y[i] = (float) sin(x[i]);
        }
    }

    /** {@code y[i] = cos(x[i])}, rounded from double precision. */
    public static void cos(float[] y, float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            y[i] = (float) cos(x[i]);
        }
    }

    /** The sine of x, within 2 units of the last place where it is not near a multiple of pi. */
    public static double sin(double x) {
        return Math.abs(x) < LARGEST ? quarter(x, 0) : StrictMath.sin(x);
    }

    /** The cosine of x, within 2 units of the last place where it is not near zero. */
    public static double cos(double x) {
        return Math.abs(x) < LARGEST ? quarter(x, 1) : StrictMath.cos(x);
    }

    /** {@code sin(x + quarters pi / 2)}. */
    private static double quarter(double x, int quarters) {
        double k = Math.rint(x / HALF_PI);
        double r = Math.fma(-k, HALF_PI_LOW, Math.fma(-k, HALF_PI_MIDDLE, Math.fma(-k, HALF_PI, x)));
        int turn = (int) k + quarters;
        double value = (turn & 1) == 0 ? sinOfRemainder(r) : cosOfRemainder(r);
        return (turn & 2) == 0 ? value : -value;
    }

    private static double sinOfRemainder(double r) {
        double z = r * r;
        double p = Math.fma(Math.fma(Math.fma(Math.fma(S17, z, S15), z, S13), z, S11), z, S9);
        p = Math.fma(Math.fma(Math.fma(p, z, S7), z, S5), z, S3);
        return Math.fma(p * z, r, r);
    }

    private static double cosOfRemainder(double r) {
        double z = r * r;
        double p = Math.fma(Math.fma(Math.fma(Math.fma(C16, z, C14), z, C12), z, C10), z, C8);
        p = Math.fma(Math.fma(Math.fma(p, z, C6), z, C4), z, C2);
        return Math.fma(p, z, 1);
    }
}
