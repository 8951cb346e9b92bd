package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this machine. Every kernel computes the same bits at every width: lanes never exchange values,
 * except in {@link Reduction}, which always works on {@value Reduction#WIDTH} virtual lanes.
 */
public final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /**
     * The index of the first float of an array that starts a cache line, on a JVM that aligns objects to cache lines,
     * as with {@code -XX:ObjectAlignmentInBytes=64}: an array's header takes 16 of the 64 bytes. If the data that tiles
     * read starts there, no vector straddles two lines, and each takes one load instead of two. On other JVMs it costs
     * nothing.
     */
    public static final int FIRST = 12;

    // Floats in a cache line of 64 bytes.
    private static final int LINE = 16;

    private Lanes() {}

    /** The number of floats in the cache lines that n floats occupy. */
    static int lines(int n) {
        return (n + LINE - 1) / LINE * LINE;
    }

    /** The number of floats in one vector of this machine. */
    public static int count() {
        return FLOATS.length();
    }

    /** The width of one vector of this machine in bits. */
    public static int bits() {
        return FLOATS.vectorBitSize();
    }
}
