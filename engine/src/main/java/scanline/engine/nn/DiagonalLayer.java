package scanline.engine.nn;

/**
 * A sequence layer whose states do not influence each other: at every step, each is multiplied by a complex number of its
 * own, its eigenvalue, and an input is added. The magnitude of an eigenvalue says how long the state remembers, its angle how
 * fast it oscillates.
 */
public interface DiagonalLayer extends SequenceLayer {
    /**
     * Returns the eigenvalues for one step, from the present weights: the real and the imaginary part of each in turn. Of two
     * conjugate states there is one.
     */
    double[] eigenvalues();

    /** H, the values of a step. */
    int features();
}
