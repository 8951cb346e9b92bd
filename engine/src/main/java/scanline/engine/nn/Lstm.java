package scanline.engine.nn;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.tensor.Sequences;
import scanline.engine.tensor.Sequences.LstmWeights;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A stack of LSTM layers (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), named and initialised as
 * PyTorch's {@code nn.LSTM}: gates in the order i, f, g, o, two bias vectors, everything uniform within
 * {@code 1 / sqrt(hidden)} at first.
 *
 * <pre>
 * i, f, o = sigmoid(W x + b + U h' + d)      g = tanh(W x + b + U h' + d)
 * c = f c' + i g                             h = o tanh(c)
 * </pre>
 */
public final class Lstm {
    private final List<LstmWeights> layers = new ArrayList<>();
    private final Dropout dropout;

    /**
     * A stack of layers.
     *
     * @param dropout
     *            the rate at which the output of every layer but the last is dropped
     * @throws IllegalArgumentException
     *             if there is no layer, or the rate is not in [0, 1)
     */
    public Lstm(Weights weights, int inputs, int hidden, int layers, float dropout) {
        if (layers < 1) {
            throw new IllegalArgumentException("an LSTM needs at least 1 layer, not " + layers);
        }
        this.dropout = new Dropout(dropout);
        float bound = (float) (1 / Math.sqrt(hidden));
        for (int l = 0; l < layers; l++) {
            int features = l == 0 ? inputs : hidden;
            this.layers.add(new LstmWeights(weights.uniform("weight_ih_l" + l, Shape.of(4 * hidden, features), bound),
                    weights.uniform("weight_hh_l" + l, Shape.of(4 * hidden, hidden), bound),
                    weights.uniform("bias_ih_l" + l, Shape.of(4 * hidden), bound),
                    weights.uniform("bias_hh_l" + l, Shape.of(4 * hidden), bound)));
        }
    }

    /**
     * Runs over a sequence from a zero state.
     *
     * @param x
     *            [T, B, inputs]
     * @return the states of the last layer: [T, B, hidden], or [B, hidden] of the last step
     */
    public Tensor forward(Tensor x, Output output) {
        Tensor y = x;
        for (LstmWeights layer : layers.subList(0, layers.size() - 1)) {
            y = dropout.forward(Sequences.lstm(y, layer, Output.ALL_STEPS));
        }
        return Sequences.lstm(y, layers.getLast(), output);
    }
}
