package scanline.engine.kernel;

import scanline.engine.geometry.S4dBlocks;

/**
 * One mode of one channel of an S4D layer, in double precision: from the weights to the factors of the recurrence, and from the
 * gradients of these back to the weights. It is an object that is filled again for each mode, so that none is allocated.
 *
 * <p>
 * {@code dt = exp(logDt)}, {@code A = -exp(logReal) + i imaginary}, and with a zero-order hold (Gu et al. 2022, "On the
 * parameterization and initialization of diagonal state space models", with B = 1) {@code a = exp(dt A)},
 * {@code b = (a - 1) / A}, {@code E = 2 C b}. The pair of conjugate modes that N counts twice gives the factor 2.
 */
final class S4dMode {
    private int index; // of the mode in [H, M]
    private double dt;
    private double real; // of A
    private double imaginary;
    private double size; // |A|^2
    private double cReal;
    private double cImaginary;
    private double aReal;
    private double aImaginary;
    private double bReal;
    private double bImaginary;
    private double eReal;
    private double eImaginary;

    /** Reads mode n of channel h, and computes its factors. */
    void read(S4dBlocks<float[]> w, int h, int n, int modes) {
        index = h * modes + n;
        dt = StrictMath.exp(w.logDt()[h]);
        real = -StrictMath.exp(w.logReal()[index]);
        imaginary = w.imaginary()[index];
        size = real * real + imaginary * imaginary;
        cReal = w.c()[2 * index];
        cImaginary = w.c()[2 * index + 1];
        // By half the angle, a - 1 has no cancellation: cos(v) - 1 = -2 sin(v / 2)^2.
        double half = dt * imaginary / 2;
        double sin = Trigonometry.sin(half);
        double cosMinusOne = -2 * sin * sin;
        double decayMinusOne = StrictMath.expm1(dt * real);
        aReal = (1 + decayMinusOne) * (1 + cosMinusOne);
        aImaginary = (1 + decayMinusOne) * 2 * sin * Trigonometry.cos(half);
        double realMinusOne = decayMinusOne * (1 + cosMinusOne) + cosMinusOne;
        bReal = (realMinusOne * real + aImaginary * imaginary) / size;
        bImaginary = (aImaginary * real - realMinusOne * imaginary) / size;
        eReal = 2 * (cReal * bReal - cImaginary * bImaginary);
        eImaginary = 2 * (cReal * bImaginary + cImaginary * bReal);
    }

    float aReal() {
        return (float) aReal;
    }

    float aImaginary() {
        return (float) aImaginary;
    }

    float eReal() {
        return (float) eReal;
    }

    float eImaginary() {
        return (float) eImaginary;
    }

    /**
     * Adds to the gradients of logReal, imaginary and c that are not null, and returns that of logDt. From {@code dE = conj(P)}
     * and {@code da = conj(E R)}:
     * {@code dC = conj(2 b) dE}, {@code db = conj(2 C) dE}, {@code q = da + conj(1 / A) db},
     * {@code dA = conj(dt a) q - conj(b / A) db}, {@code dlogDt = dt Re(conj(A a) q)}.
     *
     * @param pReal
     *            of {@code P = sum u q} over all steps
     * @param rReal
     *            of {@code R = sum u r}
     */
    double addGradients(S4dBlocks<float[]> dw, double pReal, double pImaginary, double rReal, double rImaginary) {
        double deReal = pReal;
        double deImaginary = -pImaginary;
        double daReal = eReal * rReal - eImaginary * rImaginary;
        double daImaginary = -(eReal * rImaginary + eImaginary * rReal);
        double dbReal = 2 * (cReal * deReal + cImaginary * deImaginary);
        double dbImaginary = 2 * (cReal * deImaginary - cImaginary * deReal);
        double qReal = daReal + (real * dbReal - imaginary * dbImaginary) / size;
        double qImaginary = daImaginary + (real * dbImaginary + imaginary * dbReal) / size;
        // b / A
        double overReal = (bReal * real + bImaginary * imaginary) / size;
        double overImaginary = (bImaginary * real - bReal * imaginary) / size;
        if (dw.logReal() != null) {
            double dReal = dt * (aReal * qReal + aImaginary * qImaginary)
                    - (overReal * dbReal + overImaginary * dbImaginary);
            dw.logReal()[index] += (float) (real * dReal);
        }
        if (dw.imaginary() != null) {
            dw.imaginary()[index] += (float) (dt * (aReal * qImaginary - aImaginary * qReal)
                    - (overReal * dbImaginary - overImaginary * dbReal));
        }
        if (dw.c() != null) {
            dw.c()[2 * index] += (float) (2 * (bReal * deReal + bImaginary * deImaginary));
            dw.c()[2 * index + 1] += (float) (2 * (bReal * deImaginary - bImaginary * deReal));
        }
        double rotatedReal = real * aReal - imaginary * aImaginary; // A a
        double rotatedImaginary = real * aImaginary + imaginary * aReal;
        return dt * (rotatedReal * qReal + rotatedImaginary * qImaginary);
    }
}
