package scanline.lab.model;

/** Range checks of hyperparameters; each message starts with the name of the component. */
final class Ranges {
    private static final int LARGEST = 4096;
    private static final int DEEPEST = 64;
    private static final int WIDEST_BEAM = 64;
    private static final int LARGEST_EXPANSION = 16;

    private Ranges() {}

    /** Checks the size of a layer. */
    static void requireSize(String name, int value) {
        require(value >= 1 && value <= LARGEST, name + " must be from 1 to " + LARGEST + ", not " + value);
    }

    /** Checks the number of stacked layers. */
    static void requireDepth(String name, int value) {
        require(value >= 1 && value <= DEEPEST, name + " must be from 1 to " + DEEPEST + ", not " + value);
    }

    /** Checks a dropout rate. */
    static void requireDropout(double dropout) {
        require(dropout >= 0 && dropout < 1, "dropout must be in [0, 1), not " + dropout);
    }

    /** Checks the momentum of a batch normalization. */
    static void requireMomentum(double momentum) {
        require(momentum > 0 && momentum <= 1, "momentum must be in (0, 1], not " + momentum);
    }

    /** Checks the size of a state as a multiple of that of a step. */
    static void requireExpansion(double expansion) {
        require(expansion >= 1 && expansion <= LARGEST_EXPANSION,
                "expansion must be from 1 to " + LARGEST_EXPANSION + ", not " + expansion);
    }

    /** Checks the number of paths of a beam search. */
    static void requireBeam(int beamWidth) {
        require(beamWidth >= 1 && beamWidth <= WIDEST_BEAM,
                "beamWidth must be from 1 (greedy) to " + WIDEST_BEAM + ", not " + beamWidth);
    }

    /** Checks that attention heads can share a width. */
    static void requireDivides(int heads, int width) {
        require(width % heads == 0, "heads must divide width: " + heads + " does not divide " + width);
    }

    private static void require(boolean valid, String message) {
        if (!valid) {
            throw new IllegalArgumentException(message);
        }
    }
}
