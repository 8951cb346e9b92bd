package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of this machine's vectors. Every kernel computes the same bits at every width: lanes never exchange values,
 * except in {@link Reduction}, which always works on {@value Reduction#WIDTH} virtual lanes.
 */
public final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /**
     * The first float of an array that begins a cache line, and a whole vector, on a JVM that puts its objects on cache
     * lines, as {@code -XX:ObjectAlignmentInBytes=64} makes it: an array's header takes 16 bytes of the 64. Where what
     * tiles read begins there, no vector straddles two lines, and takes one load instead of two. Elsewhere it costs
     * nothing.
     */
    public static final int FIRST = 12;

    // Floats in a cache line of 64 bytes.
    private static final int LINE = 16;

    private Lanes() {}

    /** How many floats the cache lines have that n floats take. */
    static int lines(int n) {
        return (n + LINE - 1) / LINE * LINE;
    }

    /** How many floats one vector of this machine holds. */
    public static int count() {
        return FLOATS.length();
    }

    /** The width of one vector of this machine in bits. */
    public static int bits() {
        return FLOATS.vectorBitSize();
    }
}
