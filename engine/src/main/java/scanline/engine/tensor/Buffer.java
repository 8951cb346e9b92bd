package scanline.engine.tensor;

/** A block of float32 in the memory of a {@link Backend}. */
public interface Buffer {
    /** How many floats it holds. */
    int length();

    /** Copies {@code n} floats, from position {@code from} on, to {@code target}. */
    void read(int from, float[] target, int at, int n);

    /** Copies {@code n} floats of {@code source} to this buffer, from position {@code from} on. */
    void write(int from, float[] source, int at, int n);
}
