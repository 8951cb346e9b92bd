package scanline.engine.tensor;

import static scanline.engine.tensor.Arithmetic.add;
import static scanline.engine.tensor.Arithmetic.multiply;
import static scanline.engine.tensor.Arithmetic.subtract;
import static scanline.engine.tensor.Products.linear;
import static scanline.engine.tensor.Shaping.columns;
import static scanline.engine.tensor.Shaping.stack;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedDiagonal;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalShape;
import scanline.engine.geometry.DiagonalWeights;

/**
 * Diagonal linear recurrences over whole sequences, as of the state-space models S5 and LRU: fused if the backend
 * supports that, composed of basic operations otherwise. {@link DiagonalKind} has the formulas. Letters: T steps, B
 * batch, H features, N complex states.
 */
public final class DiagonalRecurrence {
    private DiagonalRecurrence() {}

    /**
     * The parameters of one layer.
     *
     * @param weights
     *            with the shapes that {@link DiagonalWeights} states
     */
    public record DiagonalParameters(DiagonalKind kind, DiagonalWeights<Tensor> weights) {
        /**
         * Checks the shapes.
         *
         * @throws IllegalArgumentException
         *             if they do not match each other
         */
        public DiagonalParameters {
            int states = weights.bRe().shape().requireAxes("B_re of " + kind, 2).size(0);
            int features = weights.bRe().shape().size(1);
            weights.bIm().shape().require("B_im of " + kind, Shape.of(states, features));
            weights.cRe().shape().require("C_re of " + kind, Shape.of(features, states));
            weights.cIm().shape().require("C_im of " + kind, Shape.of(features, states));
            weights.d().shape().require("D of " + kind, Shape.of(features));
            weights.decay().shape().require("the first number of each state of " + kind, Shape.of(states));
            weights.frequency().shape().require("the second number of each state of " + kind, Shape.of(states));
            weights.scale().shape().require("the third number of each state of " + kind, Shape.of(states));
        }

        /** H. */
        public int features() {
            return weights.bRe().shape().size(1);
        }

        /** N. */
        public int states() {
            return weights.bRe().shape().size(0);
        }

        /**
         * Reads one step. In an inference pass the output has the bits of {@link #diagonal} for the whole sequence up to
         * this step.
         *
         * @param u
         *            [B, H]
         * @param before
         *            the states before the step, [B, 2 N], first the real parts
         */
        public Step step(Tensor u, Tensor before) {
            return next(u, before, this);
        }

        private Tensor[] sources(Tensor u) {
            return new Tensor[] {u, weights.decay(), weights.frequency(), weights.scale(), weights.bRe(), weights.bIm(),
                    weights.cRe(), weights.cIm(), weights.d()};
        }
    }

    /**
     * The result of a step.
     *
     * @param y
     *            the outputs, [B, H]
     * @param x
     *            the states after the step, [B, 2 N], first the real parts
     */
    public record Step(Tensor y, Tensor x) {}

    /**
     * Computes the outputs of a layer, from states that are zero.
     *
     * @param u
     *            [T, B, H]
     * @return [T, B, H]
     * @throws IllegalArgumentException
     *             if u has another shape, or the states would be too many for one block of memory
     */
    public static Tensor diagonal(Tensor u, DiagonalParameters p) {
        Shape shape = u.shape().requireAxes("the input of a diagonal recurrence", 3);
        shape.require("the input of a diagonal recurrence", shape.withLast(p.features()));
        Tape tape = Tape.of(u);
        Op op = new Op.Diagonal(p.kind);
        if (!(tape.backend() instanceof FusedDiagonal fused)) {
            return tape.composed(op, () -> composed(u, p), p.sources(u));
        }
        DiagonalShape sizes = sizes(shape.size(0), shape.size(1), p);
        DiagonalWeights<Buffer> w = p.weights.map(Tensor::value);
        Tensor y = tape.result(op, shape, p.sources(u));
        boolean save = y.needsGradient();
        long floats = (long) (save ? sizes.rows() : sizes.batch()) * sizes.width();
        if (floats > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a diagonal recurrence would save " + floats
                    + " values in one block, which holds at most 2^31: use a smaller batch");
        }
        Buffer states = tape.scratch((int) floats);
        fused.diagonal(y.value(), states, null, u.value(), w, p.kind, sizes, save);
        tape.record(y, () -> fused.diagonalGradient(u.gradientOrNull(), p.weights.map(Tensor::gradientOrNull),
                y.gradient(), states, u.value(), w, p.kind, sizes));
        return y;
    }

    private static DiagonalShape sizes(int steps, int batch, DiagonalParameters p) {
        return new DiagonalShape(steps, batch, p.features(), p.states());
    }

    private static Step next(Tensor u, Tensor before, DiagonalParameters p) {
        Tape tape = Tape.of(u);
        int batch = u.shape().requireAxes("the input of a step", 2).size(0);
        u.shape().require("the input of a step", Shape.of(batch, p.features()));
        Shape shape = Shape.of(batch, 2 * p.states());
        before.shape().require("the state before a step", shape);
        if (tape.recording() || tape.isTraced() || !(tape.backend() instanceof FusedDiagonal fused)) {
            return new Composition(u, p).step(0, before);
        }
        Tensor y = new Tensor(tape, u.shape(), tape.scratch(u.shape().elements()), false, null);
        Tensor state = new Tensor(tape, shape, tape.scratch(shape.elements()), false, null);
        fused.diagonal(y.value(), state.value(), before.value(), u.value(), p.weights.map(Tensor::value), p.kind,
                sizes(1, batch, p), false);
        return new Step(y, state);
    }

    /** Computes {@link #diagonal} from basic operations: the reference implementation for the fused one. */
    public static Tensor composed(Tensor u, DiagonalParameters p) {
        Composition layer = new Composition(u, p);
        @Nullable
        Tensor state = null;
        List<Tensor> outputs = new ArrayList<>();
        for (int t = 0; t < u.shape().size(0); t++) {
            Step step = layer.step(t, state);
            outputs.add(step.y());
            state = step.x();
        }
        return stack(outputs);
    }

    /** A layer in basic operations: {@code x = l x' + p (B u), y = f Re(C x) + D u}, in real and imaginary parts. */
    private static final class Composition {
        private final Tensor u;
        private final DiagonalParameters p;
        private final Tensor l; // [1, N] each
        private final Tensor m;
        private final Tensor vRe; // of all steps
        private final Tensor vIm;

        Composition(Tensor u, DiagonalParameters p) {
            this.u = u;
            this.p = p;
            DiagonalWeights<Tensor> w = p.weights;
            int n = p.states();
            Tensor numbers = new Discretization(p.kind).apply(Shaping.repeat(w.decay(), 1, u),
                    Shaping.repeat(w.frequency(), 1, u), Shaping.repeat(w.scale(), 1, u));
            l = columns(numbers, 0, n);
            m = columns(numbers, n, 2 * n);
            Tensor re = columns(numbers, 2 * n, 3 * n);
            Tensor im = columns(numbers, 3 * n, 4 * n);
            Tensor sRe = linear(u, w.bRe(), null);
            Tensor sIm = linear(u, w.bIm(), null);
            vRe = subtract(multiply(sRe, re), multiply(sIm, im));
            vIm = add(multiply(sIm, re), multiply(sRe, im));
        }

        Step step(int t, @Nullable Tensor before) {
            int n = p.states();
            DiagonalWeights<Tensor> w = p.weights;
            Tensor re = of(vRe, t);
            Tensor im = of(vIm, t);
            if (before != null) {
                Tensor bRe = columns(before, 0, n);
                Tensor bIm = columns(before, n, 2 * n);
                re = add(re, subtract(multiply(bRe, l), multiply(bIm, m)));
                im = add(im, add(multiply(bIm, l), multiply(bRe, m)));
            }
            Tensor y = subtract(linear(re, w.cRe(), null), linear(im, w.cIm(), null)).scale(p.kind.factor());
            return new Step(add(y, multiply(of(u, t), w.d())), Shaping.concat(re, im));
        }

        /** A step of a sequence, or the only one. */
        private static Tensor of(Tensor x, int t) {
            return x.shape().axes() == 2 ? x : Shaping.step(x, t);
        }
    }
}
