package scanline.engine.tensor;

import java.util.Arrays;

/** The sizes of a row-major block, outermost first; a scalar has none. */
public final class Shape {
    private final int[] sizes;

    private Shape(int[] sizes) {
        this.sizes = sizes;
    }

    /**
     * A shape of these sizes.
     *
     * @throws IllegalArgumentException
     *             if a size is not positive, or the block has more than 2^31 - 1 elements
     */
    public static Shape of(int... sizes) {
        long elements = 1;
        for (int size : sizes) {
            elements *= size;
            if (size < 1 || elements > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("no block of shape " + Arrays.toString(sizes));
            }
        }
        return new Shape(sizes.clone());
    }

    /** How many axes there are. */
    public int axes() {
        return sizes.length;
    }

    /** The size along one axis; a negative axis counts from the last. */
    public int size(int axis) {
        return sizes[axis < 0 ? sizes.length + axis : axis];
    }

    /** How many elements a block of this shape holds. */
    public int elements() {
        int elements = 1;
        for (int size : sizes) {
            elements *= size;
        }
        return elements;
    }

    /** The elements divided by the size of the last axis: how many rows a product goes over. */
    public int rows() {
        return elements() / size(-1);
    }

    /** This shape with another size along its last axis. */
    public Shape withLast(int size) {
        int[] changed = sizes.clone();
        changed[changed.length - 1] = size;
        return of(changed);
    }

    /** The sizes, outermost first. */
    public int[] sizes() {
        return sizes.clone();
    }

    /**
     * Checks that this shape has so many axes.
     *
     * @return this
     * @throws IllegalArgumentException
     *             if it has not, naming {@code what}
     */
    public Shape requireAxes(String what, int axes) {
        if (sizes.length != axes) {
            throw new IllegalArgumentException(what + " must have " + axes + " axes, not shape " + this);
        }
        return this;
    }

    /**
     * Checks that this is a certain shape.
     *
     * @throws IllegalArgumentException
     *             if it is not, naming {@code what}
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
