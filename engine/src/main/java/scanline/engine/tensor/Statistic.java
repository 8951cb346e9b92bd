package scanline.engine.tensor;

import scanline.engine.backend.Buffer;

/**
 * A part of a model's state that training tracks but does not learn, such as a running mean, or that stays as it
 * was initialized. It has no gradient, and no optimizer updates it.
 *
 * @param name
 *            the full name, as in PyTorch's {@code state_dict}
 */
public record Statistic(String name, Shape shape, Buffer value) {
    /** The values as a tensor without a gradient, which any pass of the backend can read. */
    public Tensor tensor() {
        return new Tensor(null, shape, value, false, null);
    }

    /** A copy of the values. */
    public float[] values() {
        float[] values = new float[shape.elements()];
        value.read(0, values, 0, values.length);
        return values;
    }
}
