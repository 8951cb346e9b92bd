package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of this machine's vectors. Every kernel computes the same bits at every width: lanes never exchange values,
 * except in {@link Reduction}, which always works on {@value Reduction#WIDTH} virtual lanes.
 */
public final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    private Lanes() {}

    /** How many floats one vector of this machine holds. */
    public static int count() {
        return FLOATS.length();
    }

    /** The width of one vector of this machine in bits. */
    public static int bits() {
        return FLOATS.vectorBitSize();
    }
}
