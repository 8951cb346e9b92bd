package scanline.engine.geometry;

/**
 * The kinds of minimal recurrences (Feng et al. 2024, "Were RNNs all we needed?"), whose gates read the input alone. The
 * sums of a step are blocks: first the candidate's v, then those of the gates. All have
 * {@code c = v + 1/2 if v >= 0, else sigmoid(v)} and {@code h = h' + z (c - h')}.
 */
public enum MinimalKind {
    /** The sums are v and a: {@code z = sigmoid(a)}. */
    GRU(2, "z = sigmoid(W_z x)      h = h' + z (g(W x) - h')"),
    /** The sums are v, a and b: {@code f = sigmoid(a), i = sigmoid(b), z = i / (f + i)}. */
    LSTM(3, "f, i = sigmoid(W_f x), sigmoid(W_i x)      h = h' + i / (f + i) (g(W x) - h')");

    private final int blocks;
    private final String formula;

    MinimalKind(int blocks, String formula) {
        this.blocks = blocks;
        this.formula = formula;
    }

    /** The number of blocks of sums. */
    public int blocks() {
        return blocks;
    }

    /** The formula of a step. */
    public String formula() {
        return formula;
    }
}
