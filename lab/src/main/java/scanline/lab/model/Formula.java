package scanline.lab.model;

import scanline.engine.geometry.CellKind;

/** Formulas of layers, each with the page of docs/ that derives its computation. */
public enum Formula {
    /** A linear map. */
    LINEAR("y = W x + b", "kernels/gemm.md"),
    /** A linear map between two normalizations. */
    NORMED_LINEAR("y = norm(W norm(x) + b)", "kernels/gemm.md"),
    /** A recurrent layer with tanh. */
    RNN_TANH("h = tanh(W x + b + U h' + d)", "kernels/recurrent.md"),
    /** A recurrent layer with ReLU. */
    RNN_RELU("h = max(0, W x + b + U h' + d)", "kernels/recurrent.md"),
    /** Long short-term memory. */
    LSTM("""
            i, f, o = sigmoid(W x + b + U h' + d)      g = tanh(W x + b + U h' + d)
            c = f c' + i g                             h = o tanh(c)""", "kernels/recurrent.md"),
    /** The gated recurrent unit. */
    GRU("""
            r, z = sigmoid(W x + b + U h' + d)         n = tanh(W x + b + r (U h' + d))
            h = n + z (h' - n)""", "kernels/recurrent.md"),
    /** A learned vector for each word. */
    EMBEDDING("y = U e(word)", "kernels/gemm.md"),
    /** A learned vector for each position. */
    POSITIONS("y(t) = x(t) + p(t)", "kernels/attention.md"),
    /** A learned vector in front of the steps. */
    CLASS_TOKEN("y = c, x(1), ..., x(T)", "kernels/attention.md"),
    /** Layer normalization. */
    LAYER_NORM("y = (x - mean(x)) / sqrt(var(x) + epsilon) w + b", "kernels/attention.md"),
    /** A transformer's encoder block, normalized after each sum. */
    ENCODER_BLOCK("""
            attention(x) = softmax(Q K^T / sqrt(d)) V, head by head
            y = norm(x + attention(x))                 z = norm(y + W2 relu(W1 y))""", "kernels/attention.md"),
    /** A vision transformer's block, normalized before attention and MLP. */
    VIT_BLOCK("""
            attention(x) = softmax(Q K^T / sqrt(d)) V, head by head
            y = x + attention(norm(x))                 z = y + W2 gelu(W1 norm(y))""", "kernels/attention.md"),
    /** A transformer's decoder block. */
    DECODER_BLOCK("""
            y = norm(x + attention(x, words before))   z = norm(y + attention(y, encoder))
            u = norm(z + W2 relu(W1 z))""", "kernels/attention.md"),
    /** A convolution. */
    CONVOLUTION("y(i, j) = b + sum over di, dj of W(di, dj) x(i + di, j + dj)", "kernels/convolution.md"),
    /** Batch normalization, ReLU and max pooling. */
    NORM_POOL("y = max over 2 x 2 of max(0, (x - mean) / sqrt(var + epsilon) w + b)", "kernels/convolution.md"),
    /** Scores computed with the label vectors. */
    TIED_SCORES("s = U^T max(0, Uo o + Ui I)", "kernels/gemm.md");

    private final String text;
    private final String page;

    Formula(String text, String page) {
        this.text = text;
        this.page = page;
    }

    /** Returns the formula of a kind of recurrent layer. */
    static Formula of(CellKind kind) {
        return valueOf(kind.name());
    }

    /** The formula, one line or more. */
    public String text() {
        return text;
    }

    /** The path of the page below docs/. */
    public String page() {
        return page;
    }
}
