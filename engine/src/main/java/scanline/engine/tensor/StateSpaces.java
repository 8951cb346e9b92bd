package scanline.engine.tensor;

import static scanline.engine.tensor.Shaping.reshaped;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedS4d;
import scanline.engine.geometry.S4dBlocks;
import scanline.engine.geometry.S4dShape;

/**
 * Layers that filter every channel of a sequence by a linear state space: fused if the backend supports that, composed of basic
 * operations otherwise.
 *
 * <p>
 * S4D (Gu, Gupta, Goel and Ré 2022, "On the parameterization and initialization of diagonal state space models"): a channel with
 * input u and output y has M complex modes x. With the length dt of a step, {@code A = -exp(logReal) + i imaginary} and the
 * input's factor B = 1, the zero-order hold gives {@code a = exp(dt A)} and {@code b = (a - 1) / A} for each mode, and
 *
 * <pre>
 * x_t = a x_(t-1) + u_t                    x_(-1) = 0
 * y_t = D u_t + sum Re(E x_t)              E = 2 C b, over the modes
 * </pre>
 *
 * <p>
 * The factor 2 stands for the conjugate of each mode, so M modes are N = 2 M states. The factor b of the input is moved to the
 * output, which is the same because the recurrence is linear.
 */
public final class StateSpaces {
    private StateSpaces() {}

    /**
     * The weights of an S4D layer of H channels with M modes each.
     *
     * @param logDt
     *            [H], the logarithm of dt
     * @param logReal
     *            [H, M], the logarithm of -Re A
     * @param imaginary
     *            [H, M], Im A
     * @param c
     *            C, [H, M, 2], real and imaginary part
     * @param d
     *            D, [H]
     */
    public record S4dWeights(Tensor logDt, Tensor logReal, Tensor imaginary, Tensor c, Tensor d) {
        /**
         * Checks the shapes.
         *
         * @throws IllegalArgumentException
         *             if they do not match each other
         */
        public S4dWeights {
            int channels = logReal.shape().requireAxes("the real parts of an S4D layer", 2).size(0);
            int modes = logReal.shape().size(1);
            logDt.shape().require("the steps of an S4D layer", Shape.of(channels));
            imaginary.shape().require("the imaginary parts of an S4D layer", Shape.of(channels, modes));
            c.shape().require("C of an S4D layer", Shape.of(channels, modes, 2));
            d.shape().require("D of an S4D layer", Shape.of(channels));
        }

        /** H, the number of channels. */
        public int channels() {
            return logReal.shape().size(0);
        }

        /** M, the number of complex modes of each channel. */
        public int modes() {
            return logReal.shape().size(1);
        }

        /** S = 2 M H, the number of values of the state of one sequence. */
        public int stateSize() {
            return 2 * modes() * channels();
        }

        /**
         * Computes one step. In an inference pass it has the bits of {@link StateSpaces#s4d} for the whole sequence up to this
         * step.
         *
         * @param x
         *            [B, H]
         * @param before
         *            the state before the step, [B, S], from zeros on: real parts [M, H], then imaginary ones
         */
        public S4dStep step(Tensor x, Tensor before) {
            int batch = x.shape().requireAxes("the input of a step", 2).size(0);
            x.shape().require("the input of a step of an S4D layer", Shape.of(batch, channels()));
            before.shape().require("the state before a step of an S4D layer", Shape.of(batch, stateSize()));
            Tape tape = Tape.of(x);
            if (tape.recording() || tape.isTraced() || !(tape.backend() instanceof FusedS4d fused)) {
                Filter filter = Filter.of(this, tape);
                int half = stateSize() / 2;
                Shape each = Shape.of(batch, modes(), channels());
                Modes after = filter.next(x, new Modes(before.columns(0, half).reshape(each),
                        before.columns(half, 2 * half).reshape(each)));
                Shape flat = Shape.of(batch, half);
                return new S4dStep(filter.output(x, after),
                        Shaping.concat(after.real.reshape(flat), after.imaginary.reshape(flat)));
            }
            Tensor y = new Tensor(tape, x.shape(), tape.scratch(batch * channels()), false, null);
            Tensor after = new Tensor(tape, before.shape(), tape.scratch(batch * stateSize()), false, null);
            fused.s4d(y.value(), after.value(), x.value(), before.value(), blocks().map(Tensor::value),
                    new S4dShape(1, batch, channels(), modes()));
            return new S4dStep(y, after);
        }

        /**
         * Computes the response of each channel to an input of 1 in the first step and 0 afterwards, in double precision: the
         * kernel of the convolution that the layer is, D included.
         *
         * @return [H][steps]
         */
        public float[][] impulseResponse(int steps) {
            float[] dts = logDt.values();
            float[] reals = logReal.values();
            float[] angles = imaginary.values();
            float[] cs = c.values();
            float[] ds = d.values();
            float[][] response = new float[channels()][steps];
            for (int h = 0; h < channels(); h++) {
                double[] sum = new double[steps];
                double dt = StrictMath.exp(dts[h]);
                for (int i = h * modes(); i < (h + 1) * modes(); i++) {
                    double real = -StrictMath.exp(reals[i]);
                    double angle = angles[i];
                    double decay = StrictMath.exp(dt * real);
                    double bReal = decay * StrictMath.cos(dt * angle) - 1;
                    double bImaginary = decay * StrictMath.sin(dt * angle);
                    double size = real * real + angle * angle;
                    // 2 C / A, to be multiplied by a - 1
                    double cReal = 2 * (cs[2 * i] * real + cs[2 * i + 1] * angle) / size;
                    double cImaginary = 2 * (cs[2 * i + 1] * real - cs[2 * i] * angle) / size;
                    double eReal = cReal * bReal - cImaginary * bImaginary;
                    double eImaginary = cReal * bImaginary + cImaginary * bReal;
                    for (int t = 0; t < steps; t++) {
                        sum[t] += StrictMath.exp(dt * real * t) * (eReal * StrictMath.cos(dt * angle * t)
                                - eImaginary * StrictMath.sin(dt * angle * t));
                    }
                }
                sum[0] += ds[h];
                for (int t = 0; t < steps; t++) {
                    response[h][t] = (float) sum[t];
                }
            }
            return response;
        }

        S4dBlocks<Tensor> blocks() {
            return new S4dBlocks<>(logDt, logReal, imaginary, c, d);
        }
    }

    /**
     * The result of a step.
     *
     * @param y
     *            [B, H]
     * @param after
     *            the state after the step, [B, S]
     */
    public record S4dStep(Tensor y, Tensor after) {}

    /**
     * Runs an S4D layer, from a state of zeros.
     *
     * @param x
     *            [T, B, H]
     * @return [T, B, H]
     */
    public static Tensor s4d(Tensor x, S4dWeights w) {
        Shape shape = x.shape().requireAxes("the input of an S4D layer", 3);
        shape.require("the input of an S4D layer", Shape.of(shape.size(0), shape.size(1), w.channels()));
        Tape tape = Tape.of(x);
        Tensor[] sources = {x, w.logDt, w.logReal, w.imaginary, w.c, w.d};
        if (!(tape.backend() instanceof FusedS4d fused)) {
            return tape.composed(Op.Plain.S4D, () -> composed(x, w), sources);
        }
        Tensor y = tape.result(Op.Plain.S4D, shape, sources);
        S4dBlocks<Buffer> values = w.blocks().map(Tensor::value);
        S4dShape sizes = new S4dShape(shape.size(0), shape.size(1), w.channels(), w.modes());
        fused.s4d(y.value(), null, x.value(), null, values, sizes);
        tape.record(y, () -> fused.s4dGradient(x.gradientOrNull(), w.blocks().map(Tensor::gradientOrNull), y.gradient(),
                x.value(), values, sizes));
        return y;
    }

    /** Computes {@link #s4d} from basic operations: the reference implementation for the fused one. */
    public static Tensor composed(Tensor x, S4dWeights w) {
        Tape tape = Tape.of(x);
        Filter filter = Filter.of(w, tape);
        Shape each = Shape.of(x.shape().size(1), w.modes(), w.channels());
        Tensor zeros = new Tensor(tape, each, tape.zeros(each.elements()), false, null);
        Modes modes = new Modes(zeros, zeros);
        List<Tensor> outputs = new ArrayList<>();
        for (int t = 0; t < x.shape().size(0); t++) {
            modes = filter.next(x.step(t), modes);
            outputs.add(filter.output(x.step(t), modes));
        }
        return Shaping.stack(outputs);
    }

    /** The modes of every channel of every sequence, [B, M, H]. */
    private record Modes(Tensor real, Tensor imaginary) {}

    /** The factors a and E of the modes, [M, H], and D, [H], on the tape of a pass. */
    private record Filter(Tensor aReal, Tensor aImaginary, Tensor eReal, Tensor eImaginary, Tensor d) {
        static Filter of(S4dWeights w, Tape tape) {
            int channels = w.channels();
            Shape byChannel = Shape.of(channels, w.modes());
            Tensor dt = reshaped(tape, w.logDt, Shape.of(1, channels)).exp();
            Tensor real = reshaped(tape, w.logReal, byChannel).transposed().exp().scale(-1);
            Tensor imaginary = reshaped(tape, w.imaginary, byChannel).transposed();
            Tensor c = reshaped(tape, w.c, Shape.of(channels * w.modes(), 2));
            Tensor cReal = c.columns(0, 1).reshape(byChannel).transposed();
            Tensor cImaginary = c.columns(1, 2).reshape(byChannel).transposed();
            Tensor decay = dt.multiply(real).exp();
            Tensor angle = dt.multiply(imaginary);
            Tensor aReal = decay.multiply(angle.cos());
            Tensor aImaginary = decay.multiply(angle.sin());
            // b = (a - 1) conj(A) / |A|^2, E = 2 C b
            Tensor minusOne = aReal.subtract(tape.input(Shape.of(1), new float[] {1}));
            Tensor size = real.multiply(real).add(imaginary.multiply(imaginary));
            Tensor bReal = minusOne.multiply(real).add(aImaginary.multiply(imaginary)).divide(size);
            Tensor bImaginary = aImaginary.multiply(real).subtract(minusOne.multiply(imaginary)).divide(size);
            return new Filter(aReal, aImaginary,
                    cReal.multiply(bReal).subtract(cImaginary.multiply(bImaginary)).scale(2),
                    cReal.multiply(bImaginary).add(cImaginary.multiply(bReal)).scale(2),
                    reshaped(tape, w.d, Shape.of(channels)));
        }

        /** {@code x_t = a x_(t-1) + u_t}. */
        Modes next(Tensor u, Modes before) {
            Tensor input = u.reshape(Shape.of(u.shape().size(0), 1, u.shape().size(1)));
            return new Modes(
                    aReal.multiply(before.real).subtract(aImaginary.multiply(before.imaginary)).add(input),
                    aReal.multiply(before.imaginary).add(aImaginary.multiply(before.real)));
        }

        /** {@code y_t = D u_t + sum Re(E x_t)}. */
        Tensor output(Tensor u, Modes x) {
            return eReal.multiply(x.real).subtract(eImaginary.multiply(x.imaginary)).sum(1).add(d.multiply(u));
        }
    }
}
