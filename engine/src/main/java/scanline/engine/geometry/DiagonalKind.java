package scanline.engine.geometry;

/**
 * The kinds of diagonal linear recurrences {@code x = l x' + p (B u), y = f Re(C x) + D u} with complex states, by how
 * l and p follow from the learned numbers of a state. They are named a, b and c here, in the order of
 * {@link DiagonalWeights}.
 */
public enum DiagonalKind {
    /**
     * S5 (Smith, Warrington and Linderman 2023, "Simplified State Space Layers for Sequence Modeling"): an eigenvalue
     * {@code L = a + i b} and a step size {@code exp(c)}, discretized by a zero-order hold. A state stands for a pair of
     * conjugates, so f is 2.
     */
    S5(2, "s = exp(log_step)   l = exp(Lambda s)   x = l x' + (l - 1) / Lambda (B u)   y = 2 Re(C x) + D u"),
    /** S5 with the real part of L at most {@value #LARGEST_REAL_PART}, so that no state can grow. */
    S5_CLIPPED(2, "Lambda_re <= -0.0001   s = exp(log_step)   l = exp(Lambda s)"
            + "   x = l x' + (l - 1) / Lambda (B u)   y = 2 Re(C x) + D u"),
    /**
     * LRU (Orvieto et al. 2023, "Resurrecting Recurrent Neural Networks for Long Sequences"):
     * {@code l = exp(-exp(a) + i exp(b))}, whose magnitude is below 1, and {@code p = exp(c)}; f is 1.
     */
    LRU(1, "l = exp(-exp(nu_log) + i exp(theta_log))   x = l x' + exp(gamma_log) (B u)   y = Re(C x) + D u");

    /** The bound of {@link #S5_CLIPPED}. */
    public static final double LARGEST_REAL_PART = -1e-4;

    private final int factor;
    private final String formula;

    DiagonalKind(int factor, String formula) {
        this.factor = factor;
        this.formula = formula;
    }

    /** f, the number of states that each complex state stands for. */
    public int factor() {
        return factor;
    }

    /** The formula of a step. */
    public String formula() {
        return formula;
    }
}
