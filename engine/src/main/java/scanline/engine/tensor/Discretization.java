package scanline.engine.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.DiagonalKind;

/**
 * The numbers l and p of {@link DiagonalKind} from the weights of each state: from decay, frequency and scale, [1, N]
 * each, to the real and imaginary parts of l and of p, [1, 4 N]. It is a part of {@link DiagonalRecurrence#composed}, in
 * double precision like the fused operation.
 */
final class Discretization implements CustomOp {
    private final DiagonalKind kind;

    Discretization(DiagonalKind kind) {
        this.kind = kind;
    }

    /** A complex number. */
    private record Complex(double re, double im) {
        static Complex exp(Complex z) {
            double magnitude = StrictMath.exp(z.re);
            return new Complex(magnitude * StrictMath.cos(z.im), magnitude * StrictMath.sin(z.im));
        }

        Complex conjugate() {
            return new Complex(re, -im);
        }

        Complex plus(Complex z) {
            return new Complex(re + z.re, im + z.im);
        }

        Complex times(Complex z) {
            return new Complex(re * z.re - im * z.im, re * z.im + im * z.re);
        }

        Complex times(double factor) {
            return new Complex(factor * re, factor * im);
        }

        Complex inverse() {
            return conjugate().times(1 / (re * re + im * im));
        }
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        return Shape.of(1, 4 * inputs.getFirst().size(1));
    }

    private Complex eigenvalue(float decay, float frequency) {
        return new Complex(clips(decay) ? DiagonalKind.LARGEST_REAL_PART : decay, frequency);
    }

    private boolean clips(float decay) {
        return kind == DiagonalKind.S5_CLIPPED && decay > DiagonalKind.LARGEST_REAL_PART;
    }

    private static Complex ring(float decay, float frequency) {
        return Complex.exp(new Complex(-StrictMath.exp(decay), StrictMath.exp(frequency)));
    }

    @Override
    public void forward(float[] y, List<float[]> x) {
        int n = y.length / 4;
        for (int s = 0; s < n; s++) {
            double scale = StrictMath.exp(x.get(2)[s]);
            Complex l;
            Complex p;
            if (kind == DiagonalKind.LRU) {
                l = ring(x.get(0)[s], x.get(1)[s]);
                p = new Complex(scale, 0);
            } else {
                Complex eigenvalue = eigenvalue(x.get(0)[s], x.get(1)[s]);
                l = Complex.exp(eigenvalue.times(scale));
                p = l.plus(new Complex(-1, 0)).times(eigenvalue.inverse());
            }
            y[s] = (float) l.re;
            y[n + s] = (float) l.im;
            y[2 * n + s] = (float) p.re;
            y[3 * n + s] = (float) p.im;
        }
    }

    @Override
    public void backward(List<float @Nullable []> dx, float[] dy, float[] y, List<float[]> x) {
        int n = y.length / 4;
        for (int s = 0; s < n; s++) {
            Complex dl = new Complex(dy[s], dy[n + s]);
            Complex dp = new Complex(dy[2 * n + s], dy[3 * n + s]);
            double scale = StrictMath.exp(x.get(2)[s]);
            if (kind == DiagonalKind.LRU) {
                Complex q = ring(x.get(0)[s], x.get(1)[s]).conjugate().times(dl);
                add(dx.get(0), s, -StrictMath.exp(x.get(0)[s]) * q.re);
                add(dx.get(1), s, StrictMath.exp(x.get(1)[s]) * q.im);
                add(dx.get(2), s, scale * dp.re);
            } else {
                Complex eigenvalue = eigenvalue(x.get(0)[s], x.get(1)[s]);
                Complex l = Complex.exp(eigenvalue.times(scale));
                Complex p = l.plus(new Complex(-1, 0)).times(eigenvalue.inverse());
                Complex r = eigenvalue.inverse().conjugate().times(dp);
                Complex q = l.conjugate().times(dl.plus(r));
                Complex d = q.times(scale).plus(p.conjugate().times(r).times(-1));
                add(dx.get(0), s, clips(x.get(0)[s]) ? 0 : d.re);
                add(dx.get(1), s, d.im);
                add(dx.get(2), s, scale * eigenvalue.conjugate().times(q).re);
            }
        }
    }

    private static void add(float @Nullable [] gradient, int s, double value) {
        if (gradient != null) {
            gradient[s] += (float) value;
        }
    }
}
