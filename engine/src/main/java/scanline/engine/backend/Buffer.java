package scanline.engine.backend;

/** A block of float32 in the memory of a {@link Backend}. */
public interface Buffer {
    /** The number of floats. */
    int length();

    /** Copies {@code n} floats, starting at position {@code from}, to {@code target}, starting at {@code at}. */
    void read(int from, float[] target, int at, int n);

    /** Copies {@code n} floats of {@code source}, starting at {@code at}, to this buffer, starting at {@code from}. */
    void write(int from, float[] source, int at, int n);
}
