package scanline.engine.tensor;

import java.util.List;
import java.util.Objects;

/** Pieces of tensors, and tensors made of pieces. */
public final class Shaping {
    private Shaping() {}

    /** Step {@code t} of a sequence: [T, B, F] to [B, F]. */
    public static Tensor step(Tensor x, int t) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int n = shape.size(1) * shape.size(2);
        Objects.checkIndex(t, shape.size(0));
        return piece(x, Shape.of(shape.size(1), shape.size(2)), t * n, n, 1, n);
    }

    /** Columns {@code from} (inclusive) to {@code to} (exclusive) of the last axis. */
    public static Tensor columns(Tensor x, int from, int to) {
        Objects.checkFromToIndex(from, to, x.shape().size(-1));
        return piece(x, x.shape().withLast(to - from), from, x.shape().size(-1), x.shape().rows(), to - from);
    }

    /** Tensors of one shape [B, F], one after the other: [T, B, F]. */
    public static Tensor stack(List<Tensor> steps) {
        Shape shape = steps.getFirst().shape().requireAxes("a step of a sequence", 2);
        Tape tape = Tape.of(steps.getFirst());
        int n = shape.elements();
        Tensor y = tape.result(Shape.of(steps.size(), shape.size(0), shape.size(1)), steps.toArray(Tensor[]::new));
        for (int t = 0; t < steps.size(); t++) {
            steps.get(t).shape().require("every step of a sequence", shape);
            tape.backend().copy(y.value(), t * n, n, steps.get(t).value(), 0, n, 1, n);
        }
        tape.undo(y, () -> {
            for (int t = 0; t < steps.size(); t++) {
                if (steps.get(t).needsGradient()) {
                    tape.backend().accumulate(steps.get(t).gradient(), 0, n, y.gradient(), t * n, n, 1, n);
                }
            }
        });
        return y;
    }

    /** The steps of a sequence [T, B, F] in reverse order. */
    public static Tensor reverse(Tensor x) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int steps = shape.size(0);
        int n = shape.size(1) * shape.size(2);
        int last = (steps - 1) * n;
        Tape tape = Tape.of(x);
        Tensor y = tape.result(shape, x);
        tape.backend().copy(y.value(), last, -n, x.value(), 0, n, steps, n);
        tape.undo(y, () -> tape.backend().accumulate(x.gradient(), last, -n, y.gradient(), 0, n, steps, n));
        return y;
    }

    /** Side by side along the last axis: [..., M] and [..., N] to [..., M + N]. */
    public static Tensor concat(Tensor a, Tensor b) {
        int m = a.shape().size(-1);
        int n = b.shape().size(-1);
        b.shape().require("the second part", a.shape().withLast(n));
        int rows = a.shape().rows();
        Tape tape = Tape.of(a, b);
        Tensor y = tape.result(a.shape().withLast(m + n), a, b);
        tape.backend().copy(y.value(), 0, m + n, a.value(), 0, m, rows, m);
        tape.backend().copy(y.value(), m, m + n, b.value(), 0, n, rows, n);
        tape.undo(y, () -> {
            if (a.needsGradient()) {
                tape.backend().accumulate(a.gradient(), 0, m, y.gradient(), 0, m + n, rows, m);
            }
            if (b.needsGradient()) {
                tape.backend().accumulate(b.gradient(), 0, n, y.gradient(), m, m + n, rows, n);
            }
        });
        return y;
    }

    /**
     * A vector for every example of a batch: [F] to [B, F].
     *
     * @param like
     *            a tensor of the pass, as x may be a parameter, which is on no tape
     */
    public static Tensor repeat(Tensor x, int batch, Tensor like) {
        int n = x.shape().requireAxes("what is repeated", 1).size(0);
        Tape tape = Tape.of(x, like);
        Tensor y = tape.result(Shape.of(batch, n), x);
        tape.backend().copy(y.value(), 0, n, x.value(), 0, 0, batch, n);
        tape.undo(y, () -> tape.backend().accumulate(x.gradient(), 0, 0, y.gradient(), 0, n, batch, n));
        return y;
    }

    private static Tensor piece(Tensor x, Shape shape, int from, int stride, int rows, int n) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(shape, x);
        tape.backend().copy(y.value(), 0, n, x.value(), from, stride, rows, n);
        tape.undo(y, () -> tape.backend().accumulate(x.gradient(), from, stride, y.gradient(), 0, n, rows, n));
        return y;
    }
}
