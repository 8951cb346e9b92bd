package scanline.lab.model;

import java.util.List;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Linear;
import scanline.engine.nn.Recurrent;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * The CNN-RNN of Wang et al. (CVPR 2016, "CNN-RNN: A unified framework for multi-label image classification", equations
 * 3 to 6). An LSTM reads the labels predicted so far, and its output is combined with the features of the image from a
 * CNN:
 *
 * <pre>
 * w(t) = U e(t)                       the embedding of label t
 * o(t) = lstm(w(0), ..., w(t))        the state after it
 * x(t) = relu(Uo o(t) + Ui I)         I: the CNN's features of the image
 * s(t) = U^T x(t)                     scores of the labels and of the end; p = softmax(s)
 * </pre>
 *
 * The matrix U is the same in both places. The probability of a set of labels is that of its path: the product of the
 * probabilities of its labels and of the end. The paper's U has no word that starts an answer; here it has one, which
 * is read but never scored. Uo and Ui have a bias, as every linear map here does.
 *
 * @param cnn the CNN; I is what its last linear map would read
 * @param embedding length of a label's vector w
 * @param hidden size of the LSTM's state
 * @param beamWidth number of paths that are followed in decoding, 1 for greedy
 */
public record CnnRnnModel(CnnModel cnn, int embedding, int hidden, int beamWidth) implements Model {
    /** A small CNN, label vectors of length 64, a state of size 128. */
    public static final CnnRnnModel DEFAULT = new CnnRnnModel(CnnModel.DEFAULT, 64, 128, 3);

    /** Checks the hyperparameters. */
    public CnnRnnModel {
        Ranges.requireSize("embedding", embedding);
        Ranges.requireSize("hidden", hidden);
        Ranges.requireBeam(beamWidth);
    }

    @Override
    public Autoregressive build(Weights weights, Input input) {
        CnnFeatures features = cnn.features(weights.scope("cnn"), input);
        int classes = input.classes();
        Parameter u = weights.scope("embedding")
                .layer("", "Embedding", classes + 2 + " words of " + embedding + ", scores",
                        "w = U e(word)      s = U^T max(0, Uo o + Ui I)")
                .uniform("weight", Shape.of(classes + 2, embedding),
                        (float) Math.sqrt(3.0 / embedding)); // vectors of length about 1
        Recurrent lstm = new Recurrent(weights.scope("lstm"), CellKind.LSTM, embedding, hidden, 1,
                Recurrent.Options.DEFAULT);
        Linear ofLabels = new Linear(weights.scope("label_projection"), hidden, embedding);
        Linear ofImage = new Linear(weights.scope("image_projection"), cnn.hidden(), embedding);
        return new Autoregressive() {
            @Override
            public int start() {
                return classes + 1;
            }

            @Override
            public int end() {
                return classes;
            }

            @Override
            public int beamWidth() {
                return beamWidth;
            }

            // Ui I, [1, B, embedding]
            @Override
            public Tensor encode(Tensor x) {
                return ofImage.forward(features.forward(x)).reshape(Shape.of(1, x.shape().size(1), embedding));
            }

            @Override
            public List<FeatureMaps> featureMaps(Tensor x) {
                return features.maps(x);
            }

            @Override
            public Tensor forward(Tensor encoded, int[] words) {
                int batch = encoded.shape().size(1);
                int steps = words.length / batch;
                Tensor image = encoded.reshape(Shape.of(batch, embedding));
                Tensor o = lstm.forward(Shaping.lookUp(u, words, Shape.of(steps, batch), encoded), Output.ALL_STEPS);
                Tensor x = ofLabels.forward(o).add(image).relu();
                return Products.linear(x, Shaping.rows(u, 0, classes + 1, encoded), null);
            }
        };
    }

}
