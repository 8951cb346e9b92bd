package scanline.engine.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import scanline.engine.geometry.AxisShape;
import scanline.engine.geometry.Place;

/** Operations that slice, combine and rearrange tensors. */
public final class Shaping {
    private Shaping() {}

    /** Returns step {@code t} of a sequence: [T, B, F] to [B, F]. */
    static Tensor step(Tensor x, int t) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int n = shape.size(1) * shape.size(2);
        Objects.checkIndex(t, shape.size(0));
        return piece(Tape.of(x), new Op.Step(t), x, Shape.of(shape.size(1), shape.size(2)), t * n, n, 1, n);
    }

    /** Returns columns {@code from} (inclusive) to {@code to} (exclusive) of the last axis. */
    static Tensor columns(Tensor x, int from, int to) {
        return slice(x, -1, from, to);
    }

    /**
     * Returns the part from {@code from} (inclusive) to {@code to} (exclusive) along an axis: [..., N, ...] to [...,
     * to - from, ...].
     *
     * @param axis
     *            counts from 0, or from the end if it is negative
     * @throws IllegalArgumentException
     *             if the shape does not have the axis
     * @throws IndexOutOfBoundsException
     *             if the part is not within the axis
     */
    static Tensor slice(Tensor x, int axis, int from, int to) {
        return slice(Tape.of(x), x, axis, from, to);
    }

    private static Tensor slice(Tape tape, Tensor x, int axis, int from, int to) {
        AxisShape along = x.shape().along("slice", axis);
        Objects.checkFromToIndex(from, to, along.n());
        int inner = along.inner();
        return piece(tape, new Op.Slice(x.shape().fromFirst(axis), from, to), x, x.shape().with(axis, to - from),
                from * inner, along.n() * inner, along.outer(),
                (to - from) * inner);
    }

    /**
     * Gives a tensor another shape with the same number of elements, which stay in their row-major order. Nothing is
     * copied.
     *
     * @throws IllegalArgumentException
     *             if the number of elements differs
     */
    static Tensor reshape(Tensor x, Shape shape) {
        if (shape.elements() != x.shape().elements()) {
            throw new IllegalArgumentException("reshape cannot turn shape " + x.shape() + " into " + shape + ": "
                    + x.shape().elements() + " elements are not " + shape.elements());
        }
        return reshaped(Tape.of(x), x, shape);
    }

    /** As {@link #reshape}, for a shape that fits, and an x that may be a parameter. */
    static Tensor reshaped(Tape tape, Tensor x, Shape shape) {
        Tensor y = tape.view(shape, x);
        tape.record(y, () -> x.takeGradient(y));
        return y;
    }

    /**
     * Repeats a tensor along its axes of size 1 and along missing first axes, as PyTorch's {@code expand}; see
     * the package page for the rules. The result is a copy.
     *
     * @return a tensor of that shape; x itself if it has the shape already
     * @throws IllegalArgumentException
     *             if x cannot be repeated to that shape
     */
    public static Tensor expand(Tensor x, Shape shape) {
        if (!Shape.broadcast("expand", x.shape(), shape).equals(shape)) {
            throw new IllegalArgumentException("expand cannot repeat shape " + x.shape() + " to " + shape);
        }
        return expand(Tape.of(x), x, shape);
    }

    /** As {@link #expand(Tensor, Shape)}, for a shape that fits, and an x that may be a parameter. */
    static Tensor expand(Tape tape, Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int axes = shape.axes();
        int[] sizes = new int[axes];
        int missing = axes - x.shape().axes();
        Arrays.fill(sizes, 0, missing, 1);
        System.arraycopy(x.shape().sizes(), 0, sizes, missing, axes - missing);
        Tensor y = x;
        // Neighboring axes are repeated as one; from the last on, so that few elements are copied more than once.
        int axis = axes;
        while (axis > 0) {
            axis--;
            if (sizes[axis] != shape.size(axis)) {
                int inner = product(sizes, axis + 1, axes);
                int n = 1;
                while (axis >= 0 && sizes[axis] == 1) {
                    sizes[axis] = shape.size(axis);
                    n *= sizes[axis];
                    axis--;
                }
                y = repeat(tape, y, Shape.of(sizes), new AxisShape(product(sizes, 0, axis + 1), n, inner));
            }
        }
        return y.shape().equals(shape) ? y : reshaped(tape, y, shape);
    }

    private static int product(int[] sizes, int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= sizes[axis];
        }
        return product;
    }

    private static Tensor repeat(Tape tape, Tensor x, Shape shape, AxisShape along) {
        Tensor y = tape.result(Op.Plain.EXPAND, shape, x);
        tape.backend().repeat(y.value(), x.value(), along);
        tape.record(y, () -> tape.backend().repeatGradient(x.gradient(), y.gradient(), along));
        return y;
    }

    /** Stacks T tensors of the same shape [B, F]: [T, B, F]. */
    public static Tensor stack(List<Tensor> steps) {
        Shape shape = steps.getFirst().shape().requireAxes("a step of a sequence", 2);
        Tape tape = Tape.of(steps.getFirst());
        int n = shape.elements();
        Tensor y = tape.result(Op.Plain.STACK, Shape.of(steps.size(), shape.size(0), shape.size(1)),
                steps.toArray(Tensor[]::new));
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
        Tensor y = tape.result(Op.Plain.REVERSE, shape, x);
        tape.backend().copy(y.value(), last, -n, x.value(), 0, n, steps, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), last, -n, y.gradient(), 0, n, steps, n));
        return y;
    }

    /** Concatenates along the last axis: [..., M] and [..., N] to [..., M + N]. */
    public static Tensor concat(Tensor a, Tensor b) {
        return concat(List.of(a, b), -1);
    }

    /**
     * Concatenates along an axis: [..., N1, ...], [..., N2, ...] and so on to [..., N1 + N2 + ..., ...].
     *
     * @param tensors
     *            at least one; their other axes have the same sizes
     * @param axis
     *            counts from 0, or from the end if it is negative
     * @throws IllegalArgumentException
     *             if there are no tensors, a shape does not have the axis, or other sizes differ
     */
    public static Tensor concat(List<Tensor> tensors, int axis) {
        Tensor[] parts = tensors.toArray(Tensor[]::new);
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat needs at least one tensor");
        }
        Shape first = parts[0].shape();
        AxisShape along = first.along("concat", axis);
        int total = 0;
        for (Tensor part : parts) {
            Shape shape = part.shape();
            if (shape.axes() != first.axes() || !shape.equals(first.with(axis, shape.size(axis)))) {
                throw new IllegalArgumentException("concat along axis " + axis + " cannot take shapes " + first
                        + " and " + shape + ": all other sizes must be equal");
            }
            total += shape.size(axis);
        }
        int outer = along.outer();
        int inner = along.inner();
        int stride = total * inner;
        Tape tape = Tape.of(parts);
        Tensor y = tape.result(new Op.Concat(first.fromFirst(axis)), first.with(axis, total), parts);
        int at = 0;
        for (Tensor part : parts) {
            int n = part.shape().size(axis) * inner;
            tape.backend().copy(y.value(), at, stride, part.value(), 0, n, outer, n);
            at += n;
        }
        tape.record(y, () -> {
            int from = 0;
            for (Tensor part : parts) {
                int n = part.shape().size(axis) * inner;
                if (part.needsGradient()) {
                    tape.backend().accumulate(part.gradient(), 0, n, y.gradient(), from, stride, outer, n);
                }
                from += n;
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
        Tensor y = tape.result(Op.Plain.SWAP, result, x);
        Place from = new Place(0, b * n, n);
        Place to = new Place(0, n, a * n);
        tape.backend().copy(y.value(), to, x.value(), from, a, b, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), from, y.gradient(), to, a, b, n));
        return y;
    }

    /** Transposes a matrix: [M, N] to [N, M]. */
    static Tensor transpose(Tensor x) {
        Shape shape = x.shape().requireAxes("the matrix to transpose", 2);
        int m = shape.size(0);
        int n = shape.size(1);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.TRANSPOSE, Shape.of(n, m), x);
        tape.backend().transpose(y.value(), x.value(), 1, m, n);
        tape.record(y, () -> tape.backend().transposeGradient(x.gradient(), y.gradient(), 1, m, n));
        return y;
    }

    /**
     * Returns rows {@code from} (inclusive) to {@code to} (exclusive) of a block: [N, ...] to [to - from, ...].
     *
     * @param like
     *            a tensor of the pass, because x may be a parameter, which is not on a tape
     */
    public static Tensor rows(Tensor x, int from, int to, Tensor like) {
        return slice(Tape.of(x, like), x, 0, from, to);
    }

    /** Appends one sequence to another, example by example: [T1, B, F] and [T2, B, F] to [T1 + T2, B, F]. */
    public static Tensor append(Tensor a, Tensor b) {
        Shape shape = a.shape().requireAxes("a sequence", 3);
        int more = b.shape().requireAxes("the appended sequence", 3).size(0);
        b.shape().require("the appended sequence", Shape.of(more, shape.size(1), shape.size(2)));
        return concat(List.of(a, b), 0);
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
                throw new IllegalArgumentException("examples: example " + number
                        + " is out of range for a sequence of shape " + shape + ": there are examples from 0 to "
                        + (batch - 1));
            }
        }
        int count = numbers.length;
        Tape tape = Tape.of(x);
        Tensor y = tape.result(new Op.Examples(numbers), Shape.of(steps, count, n), x);
        int[] rows = new int[steps * count];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / count * batch + numbers[i % count];
        }
        tape.backend().lookUp(y.value(), x.value(), rows, n);
        tape.record(y, () -> tape.backend().lookUpGradient(x.gradient(), y.gradient(), rows, n));
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
        Tensor y = tape.result(Op.Plain.PREPEND, Shape.of(shape.size(0) + 1, batch, n), first, x);
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
            throw new IllegalArgumentException("lookUp needs one number for each element: shape " + shape + " has "
                    + shape.elements() + " elements, but the number of them is " + numbers.length);
        }
        for (int number : numbers) {
            if (number < 0 || number >= rows) {
                throw new IllegalArgumentException("lookUp: row " + number + " is out of range for a table of shape "
                        + table.shape() + ": there are rows from 0 to " + (rows - 1));
            }
        }
        int[] sizes = Arrays.copyOf(shape.sizes(), shape.axes() + 1);
        sizes[shape.axes()] = n;
        Tape tape = Tape.of(table, like);
        Tensor y = tape.result(new Op.LookUp(numbers), Shape.of(sizes), table);
        int[] looked = numbers.clone(); // the caller may reuse the array before the backward pass
        tape.backend().lookUp(y.value(), table.value(), looked, n);
        tape.record(y, () -> tape.backend().lookUpGradient(table.gradient(), y.gradient(), looked, n));
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
        Tensor y = tape.result(Op.Plain.EXPAND, Shape.of(batch, n), x);
        tape.backend().copy(y.value(), 0, n, x.value(), 0, 0, batch, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), 0, 0, y.gradient(), 0, n, batch, n));
        return y;
    }

    private static Tensor piece(Tape tape, Op op, Tensor x, Shape shape, int from, int stride, int rows, int n) {
        Tensor y = tape.result(op, shape, x);
        tape.backend().copy(y.value(), 0, n, x.value(), from, stride, rows, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), from, stride, y.gradient(), 0, n, rows, n));
        return y;
    }
}
