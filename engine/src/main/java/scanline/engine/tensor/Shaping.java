package scanline.engine.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Operations that slice, combine and rearrange tensors. */
public final class Shaping {
    private Shaping() {}

    /** Returns step {@code t} of a sequence: [T, B, F] to [B, F]. */
    public static Tensor step(Tensor x, int t) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int n = shape.size(1) * shape.size(2);
        Objects.checkIndex(t, shape.size(0));
        return piece(Tape.of(x), x, Shape.of(shape.size(1), shape.size(2)), t * n, n, 1, n);
    }

    /** Returns columns {@code from} (inclusive) to {@code to} (exclusive) of the last axis. */
    public static Tensor columns(Tensor x, int from, int to) {
        Objects.checkFromToIndex(from, to, x.shape().size(-1));
        return piece(Tape.of(x), x, x.shape().withLast(to - from), from, x.shape().size(-1), x.shape().rows(),
                to - from);
    }

    /** Stacks T tensors of the same shape [B, F]: [T, B, F]. */
    public static Tensor stack(List<Tensor> steps) {
        Shape shape = steps.getFirst().shape().requireAxes("a step of a sequence", 2);
        Tape tape = Tape.of(steps.getFirst());
        int n = shape.elements();
        Tensor y = tape.result(Shape.of(steps.size(), shape.size(0), shape.size(1)), steps.toArray(Tensor[]::new));
        for (int t = 0; t < steps.size(); t++) {
            steps.get(t).shape().require("every step of a sequence", shape);
            tape.backend().copy(y.value(), t * n, n, steps.get(t).value(), 0, n, 1, n);
        }
        tape.record(y, () -> {
            for (int t = 0; t < steps.size(); t++) {
                if (steps.get(t).needsGradient()) {
                    tape.backend().accumulate(steps.get(t).gradient(), 0, n, y.gradient(), t * n, n, 1, n);
                }
            }
        });
        return y;
    }

    /** Reverses the order of the steps of a sequence [T, B, F]. */
    public static Tensor reverse(Tensor x) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int steps = shape.size(0);
        int n = shape.size(1) * shape.size(2);
        int last = (steps - 1) * n;
        Tape tape = Tape.of(x);
        Tensor y = tape.result(shape, x);
        tape.backend().copy(y.value(), last, -n, x.value(), 0, n, steps, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), last, -n, y.gradient(), 0, n, steps, n));
        return y;
    }

    /** Concatenates along the last axis: [..., M] and [..., N] to [..., M + N]. */
    public static Tensor concat(Tensor a, Tensor b) {
        int m = a.shape().size(-1);
        int n = b.shape().size(-1);
        b.shape().require("the second tensor", a.shape().withLast(n));
        int rows = a.shape().rows();
        Tape tape = Tape.of(a, b);
        Tensor y = tape.result(a.shape().withLast(m + n), a, b);
        tape.backend().copy(y.value(), 0, m + n, a.value(), 0, m, rows, m);
        tape.backend().copy(y.value(), m, m + n, b.value(), 0, n, rows, n);
        tape.record(y, () -> {
            if (a.needsGradient()) {
                tape.backend().accumulate(a.gradient(), 0, m, y.gradient(), 0, m + n, rows, m);
            }
            if (b.needsGradient()) {
                tape.backend().accumulate(b.gradient(), 0, n, y.gradient(), m, m + n, rows, n);
            }
        });
        return y;
    }

    /** Swaps the first two axes: time-major [T, B, F] to [B, T, F], or back. */
    public static Tensor swap(Tensor x) {
        Shape shape = x.shape().requireAxes("the tensor to swap", 3);
        return swap(x, Shape.of(shape.size(1), shape.size(0), shape.size(2)));
    }

    /** Swaps the first two axes, and gives the result another shape with the same number of elements. */
    static Tensor swap(Tensor x, Shape result) {
        int a = x.shape().size(0);
        int b = x.shape().size(1);
        int n = x.shape().size(2);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(result, x);
        for (int i = 0; i < a; i++) {
            tape.backend().copy(y.value(), i * n, a * n, x.value(), i * b * n, n, b, n);
        }
        tape.record(y, () -> {
            for (int i = 0; i < a; i++) {
                tape.backend().accumulate(x.gradient(), i * b * n, n, y.gradient(), i * n, a * n, b, n);
            }
        });
        return y;
    }

    /** Transposes a matrix: [M, N] to [N, M]. */
    public static Tensor transpose(Tensor x) {
        Shape shape = x.shape().requireAxes("the matrix to transpose", 2);
        int m = shape.size(0);
        int n = shape.size(1);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Shape.of(n, m), x);
        for (int i = 0; i < m; i++) {
            tape.backend().copy(y.value(), i, m, x.value(), i * n, 1, n, 1);
        }
        tape.record(y, () -> {
            for (int i = 0; i < m; i++) {
                tape.backend().accumulate(x.gradient(), i * n, 1, y.gradient(), i, m, n, 1);
            }
        });
        return y;
    }

    /**
     * Returns rows {@code from} (inclusive) to {@code to} (exclusive) of a block: [N, ...] to [to - from, ...].
     *
     * @param like
     *            a tensor of the pass, because x may be a parameter, which is not on a tape
     */
    public static Tensor rows(Tensor x, int from, int to, Tensor like) {
        int[] sizes = x.shape().sizes();
        Objects.checkFromToIndex(from, to, sizes[0]);
        int n = x.shape().elements() / sizes[0];
        sizes[0] = to - from;
        return piece(Tape.of(x, like), x, Shape.of(sizes), from * n, n, to - from, n);
    }

    /** Appends one sequence to another, example by example: [T1, B, F] and [T2, B, F] to [T1 + T2, B, F]. */
    public static Tensor append(Tensor a, Tensor b) {
        Shape shape = a.shape().requireAxes("a sequence", 3);
        int more = b.shape().requireAxes("the appended sequence", 3).size(0);
        b.shape().require("the appended sequence", Shape.of(more, shape.size(1), shape.size(2)));
        int m = shape.elements();
        int n = b.shape().elements();
        Tape tape = Tape.of(a, b);
        Tensor y = tape.result(Shape.of(shape.size(0) + more, shape.size(1), shape.size(2)), a, b);
        tape.backend().copy(y.value(), 0, m, a.value(), 0, m, 1, m);
        tape.backend().copy(y.value(), m, n, b.value(), 0, n, 1, n);
        tape.record(y, () -> {
            if (a.needsGradient()) {
                tape.backend().accumulate(a.gradient(), 0, m, y.gradient(), 0, m, 1, m);
            }
            if (b.needsGradient()) {
                tape.backend().accumulate(b.gradient(), 0, n, y.gradient(), m, n, 1, n);
            }
        });
        return y;
    }

    /**
     * Selects examples of a batch, in the given order and with repetitions: [T, B, F] to [T, numbers, F].
     *
     * @param numbers
     *            the indices of the examples, each from 0 to B - 1; at least one
     * @throws IllegalArgumentException
     *             if there are no numbers, or one is out of range
     */
    public static Tensor examples(Tensor x, int[] numbers) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int steps = shape.size(0);
        int batch = shape.size(1);
        int n = shape.size(2);
        for (int number : numbers) {
            if (number < 0 || number >= batch) {
                throw new IllegalArgumentException("example " + number + " is out of range for a batch of " + batch);
            }
        }
        int count = numbers.length;
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Shape.of(steps, count, n), x);
        for (int i = 0; i < count; i++) {
            tape.backend().copy(y.value(), i * n, count * n, x.value(), numbers[i] * n, batch * n, steps, n);
        }
        tape.record(y, () -> {
            for (int i = 0; i < count; i++) {
                tape.backend().accumulate(x.gradient(), numbers[i] * n, batch * n, y.gradient(), i * n, count * n,
                        steps, n);
            }
        });
        return y;
    }

    /** Prepends a step to every sequence of a batch: [F] and [T, B, F] to [T + 1, B, F]. */
    public static Tensor prepend(Tensor first, Tensor x) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int batch = shape.size(1);
        int n = shape.size(2);
        first.shape().require("the first step", Shape.of(n));
        int rest = shape.elements();
        Tape tape = Tape.of(first, x);
        Tensor y = tape.result(Shape.of(shape.size(0) + 1, batch, n), first, x);
        tape.backend().copy(y.value(), 0, n, first.value(), 0, 0, batch, n);
        tape.backend().copy(y.value(), batch * n, 0, x.value(), 0, 0, 1, rest);
        tape.record(y, () -> {
            if (first.needsGradient()) {
                tape.backend().accumulate(first.gradient(), 0, 0, y.gradient(), 0, n, batch, n);
            }
            if (x.needsGradient()) {
                tape.backend().accumulate(x.gradient(), 0, 0, y.gradient(), batch * n, 0, 1, rest);
            }
        });
        return y;
    }

    /**
     * Looks up a row of a table for each number, as PyTorch's {@code embedding}.
     *
     * @param table
     *            [N, F]
     * @param numbers
     *            the rows to look up, each from 0 to N - 1, row-major
     * @param shape
     *            the shape of {@code numbers}
     * @param like
     *            a tensor of the pass, because the table may be a parameter, which is not on a tape
     * @return [shape, F]
     * @throws IllegalArgumentException
     *             if a number is out of range, or the shape does not have as many elements as there are numbers
     */
    public static Tensor lookUp(Tensor table, int[] numbers, Shape shape, Tensor like) {
        int rows = table.shape().requireAxes("a table", 2).size(0);
        int n = table.shape().size(1);
        if (shape.elements() != numbers.length) {
            throw new IllegalArgumentException("shape " + shape + " does not have " + numbers.length + " elements");
        }
        for (int number : numbers) {
            if (number < 0 || number >= rows) {
                throw new IllegalArgumentException("row " + number + " is out of range for a table of " + rows);
            }
        }
        int[] sizes = Arrays.copyOf(shape.sizes(), shape.axes() + 1);
        sizes[shape.axes()] = n;
        Tape tape = Tape.of(table, like);
        Tensor y = tape.result(Shape.of(sizes), table);
        for (int i = 0; i < numbers.length; i++) {
            tape.backend().copy(y.value(), i * n, n, table.value(), numbers[i] * n, n, 1, n);
        }
        tape.record(y, () -> {
            for (int i = 0; i < numbers.length; i++) {
                tape.backend().accumulate(table.gradient(), numbers[i] * n, n, y.gradient(), i * n, n, 1, n);
            }
        });
        return y;
    }

    /**
     * Repeats a vector for every example of a batch: [F] to [B, F].
     *
     * @param like
     *            a tensor of the pass, because x may be a parameter, which is not on a tape
     */
    public static Tensor repeat(Tensor x, int batch, Tensor like) {
        int n = x.shape().requireAxes("the vector to repeat", 1).size(0);
        Tape tape = Tape.of(x, like);
        Tensor y = tape.result(Shape.of(batch, n), x);
        tape.backend().copy(y.value(), 0, n, x.value(), 0, 0, batch, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), 0, 0, y.gradient(), 0, n, batch, n));
        return y;
    }

    private static Tensor piece(Tape tape, Tensor x, Shape shape, int from, int stride, int rows, int n) {
        Tensor y = tape.result(shape, x);
        tape.backend().copy(y.value(), 0, n, x.value(), from, stride, rows, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), from, stride, y.gradient(), 0, n, rows, n));
        return y;
    }
}
