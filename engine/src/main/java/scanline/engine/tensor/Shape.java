package scanline.engine.tensor;

import java.util.Arrays;
import scanline.engine.geometry.AxisShape;

/** The sizes of a row-major block, outermost axis first; a scalar has no axes. */
public final class Shape {
    private final int[] sizes;

    private Shape(int[] sizes) {
        this.sizes = sizes;
    }

    /**
     * Returns the shape with these sizes.
     *
     * @throws IllegalArgumentException
     *             if a size is not positive, or the block has more than 2^31 - 1 elements
     */
    public static Shape of(int... sizes) {
        long elements = 1;
        for (int size : sizes) {
            elements *= size;
            if (size < 1 || elements > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("invalid shape " + Arrays.toString(sizes)
                        + ": sizes must be positive, with at most 2^31 - 1 elements in total");
            }
        }
        return new Shape(sizes.clone());
    }

    /** The number of axes. */
    public int axes() {
        return sizes.length;
    }

    /** Returns the size of one axis; negative axes count from the end. */
    public int size(int axis) {
        return sizes[fromFirst(axis)];
    }

    /** The number of elements in a block of this shape. */
    public int elements() {
        int elements = 1;
        for (int size : sizes) {
            elements *= size;
        }
        return elements;
    }

    /** The number of elements divided by the size of the last axis: the number of rows of a product. */
    public int rows() {
        return elements() / size(-1);
    }

    /**
     * Returns this shape with another size of the last axis.
     *
     * @throws IllegalArgumentException
     *             as {@link #of} does
     */
    public Shape withLast(int size) {
        int[] changed = sizes.clone();
        changed[changed.length - 1] = size;
        return of(changed);
    }

    /** A copy of the sizes, outermost axis first. */
    public int[] sizes() {
        return sizes.clone();
    }

    /**
     * Returns the shape to which an element-wise operation repeats two tensors, by the rules on the package page.
     *
     * @throws IllegalArgumentException
     *             if sizes differ and neither is 1; the message names the operation and both shapes
     */
    static Shape broadcast(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int[] sizes = new int[Math.max(a.axes(), b.axes())];
        for (int i = 1; i <= sizes.length; i++) {
            int one = i > a.axes() ? 1 : a.size(-i);
            int other = i > b.axes() ? 1 : b.size(-i);
            if (one != other && one != 1 && other != 1) {
                throw new IllegalArgumentException(operation + " cannot take shapes " + a + " and " + b
                        + ": compared from the last axis, sizes must be equal or 1");
            }
            sizes[sizes.length - i] = Math.max(one, other);
        }
        return of(sizes);
    }

    /** Returns an axis that may count from the end as one that counts from 0. */
    int fromFirst(int axis) {
        return axis < 0 ? axes() + axis : axis;
    }

    /**
     * Returns the sizes before, of and after an axis.
     *
     * @throws IllegalArgumentException
     *             if this shape does not have the axis; the message names the operation
     */
    AxisShape along(String operation, int axis) {
        if (axis < -sizes.length || axis >= sizes.length) {
            throw new IllegalArgumentException(operation + ": shape " + this + " has no axis " + axis);
        }
        int at = fromFirst(axis);
        int outer = 1;
        for (int i = 0; i < at; i++) {
            outer *= sizes[i];
        }
        return new AxisShape(outer, sizes[at], elements() / outer / sizes[at]);
    }

    /** Returns this shape with another size of one axis; negative axes count from the end. */
    Shape with(int axis, int size) {
        int[] changed = sizes.clone();
        changed[fromFirst(axis)] = size;
        return of(changed);
    }

    /** Returns this shape without one axis; [1] if there is no other. */
    Shape without(int axis) {
        if (sizes.length == 1) {
            return of(1);
        }
        int at = fromFirst(axis);
        int[] fewer = new int[sizes.length - 1];
        System.arraycopy(sizes, 0, fewer, 0, at);
        System.arraycopy(sizes, at + 1, fewer, at, fewer.length - at);
        return of(fewer);
    }

    /**
     * Checks that this shape has that many axes.
     *
     * @return this shape
     * @throws IllegalArgumentException
     *             if it does not; the message names {@code what}
     */
    public Shape requireAxes(String what, int axes) {
        if (sizes.length != axes) {
            throw new IllegalArgumentException(what + " must have " + axes + " axes, not shape " + this);
        }
        return this;
    }

    /**
     * Checks that this shape is the expected one.
     *
     * @throws IllegalArgumentException
     *             if it is not; the message names {@code what}
     */
    public void require(String what, Shape expected) {
        if (!equals(expected)) {
            throw new IllegalArgumentException(what + " must have shape " + expected + ", not " + this);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
