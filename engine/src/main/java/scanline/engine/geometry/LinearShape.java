package scanline.engine.geometry;

/** Sizes of a linear map from x [rows, inputs] to y [rows, outputs]. */
public record LinearShape(int rows, int inputs, int outputs) {
    /** How many products it adds up. */
    public long products() {
        return (long) rows * inputs * outputs;
    }
}
