package scanline.engine.tensor;

import scanline.engine.backend.Buffer;
import scanline.engine.geometry.AxisShape;

/**
 * Sums, means and maxima, over all elements or along one axis. An axis counts from 0, or from the end if it is
 * negative. The result lacks the axis, or has shape [1] if there was no other; {@link Shaping#reshape} gives it back an
 * axis of size 1, for broadcasting.
 *
 * <p>
 * The order in which elements are added depends on the shape alone, so the bits of a sum do not depend on the number of
 * threads.
 */
final class Reductions {
    // The place of a maximum is kept in a float32, which counts exactly so far.
    private static final int MOST_COMPARED = 1 << 24;

    private Reductions() {}

    /** Returns the sum of all elements: a tensor of any shape to [1]. */
    static Tensor sum(Tensor x) {
        return scaledSum(x, new Op.Sum(-1, false), new AxisShape(1, x.shape().elements(), 1), Shape.of(1), 1f);
    }

    /**
     * Returns the sums along an axis: [..., N, ...] to [..., ...].
     *
     * @throws IllegalArgumentException
     *             if the shape does not have the axis
     */
    static Tensor sum(Tensor x, int axis) {
        return scaledSum(x, new Op.Sum(x.shape().fromFirst(axis), false), x.shape().along("sum", axis),
                x.shape().without(axis), 1f);
    }

    /** Returns the mean of all elements: a tensor of any shape to [1]. */
    static Tensor mean(Tensor x) {
        int n = x.shape().elements();
        return scaledSum(x, new Op.Sum(-1, true), new AxisShape(1, n, 1), Shape.of(1), 1f / n);
    }

    /**
     * Returns the means along an axis: [..., N, ...] to [..., ...].
     *
     * @throws IllegalArgumentException
     *             if the shape does not have the axis
     */
    static Tensor mean(Tensor x, int axis) {
        AxisShape along = x.shape().along("mean", axis);
        return scaledSum(x, new Op.Sum(x.shape().fromFirst(axis), true), along, x.shape().without(axis),
                1f / along.n());
    }

    private static Tensor scaledSum(Tensor x, Op op, AxisShape along, Shape shape, float factor) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(op, shape, x);
        tape.backend().sum(y.value(), x.value(), along);
        if (factor != 1f) {
            tape.backend().scale(y.value(), factor, along.others());
        }
        tape.record(y, () -> tape.backend().sumGradient(x.gradient(), y.gradient(), factor, along));
        return y;
    }

    /**
     * Returns the maxima along an axis: [..., N, ...] to [..., ...]. The gradient flows to the first of equal maxima. A
     * NaN is above all numbers, as in PyTorch.
     *
     * @throws IllegalArgumentException
     *             if the shape does not have the axis, or the axis has more than 2^24 elements
     */
    static Tensor max(Tensor x, int axis) {
        AxisShape along = x.shape().along("max", axis);
        if (along.n() > MOST_COMPARED) {
            throw new IllegalArgumentException("max compares at most 2^24 elements, but axis " + axis + " of shape "
                    + x.shape() + " has " + along.n());
        }
        Tape tape = Tape.of(x);
        Tensor y = tape.result(new Op.Max(x.shape().fromFirst(axis)), x.shape().without(axis), x);
        Buffer found = tape.scratch(along.others());
        tape.backend().max(y.value(), found, x.value(), along);
        tape.record(y, () -> tape.backend().maxGradient(x.gradient(), y.gradient(), found, along));
        return y;
    }
}
