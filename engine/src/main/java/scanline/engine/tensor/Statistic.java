package scanline.engine.tensor;

import scanline.engine.backend.Buffer;

/**
 * A part of a model's state that training tracks but does not learn, such as a running mean. It has no gradient, and no
 * optimizer updates it.
 *
 * @param name
 *            the full name, as in PyTorch's {@code state_dict}
 */
public record Statistic(String name, Shape shape, Buffer value) {
    /** A copy of the values. */
    public float[] values() {
        float[] values = new float[shape.elements()];
        value.read(0, values, 0, values.length);
        return values;
    }
}
