package scanline.engine.geometry;

/** The sizes of a linear map from x [rows, inputs] to y [rows, outputs]. */
public record LinearShape(int rows, int inputs, int outputs) {
    /** Returns the number of multiplications. */
    public long products() {
        return (long) rows * inputs * outputs;
    }
}
