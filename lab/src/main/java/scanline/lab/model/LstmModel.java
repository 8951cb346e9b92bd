package scanline.lab.model;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.nn.Linear;
import scanline.engine.nn.Lstm;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Weights;

/**
 * LSTM layers over the sequence, and a linear map of the last state: {@code fc(lstm(x)[T - 1])}.
 *
 * @param hidden size of the state
 * @param layers how many layers are stacked
 * @param dropout rate of dropout between layers, in [0, 1)
 */
public record LstmModel(int hidden, int layers, double dropout) implements Model {
    /** One layer of 128. */
    public static final LstmModel DEFAULT = new LstmModel(128, 1, 0);

    private static final int LARGEST = 4096;

    /** Checks the hyperparameters. */
    public LstmModel {
        if (hidden < 1 || hidden > LARGEST) {
            throw new IllegalArgumentException("hidden must be from 1 to " + LARGEST + ", not " + hidden);
        }
        if (layers < 1 || layers > 64) {
            throw new IllegalArgumentException("layers must be from 1 to 64, not " + layers);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1), not " + dropout);
        }
    }

    @Override
    public Network build(Weights weights, Input input) {
        Lstm lstm = new Lstm(weights.scope("lstm"), input.features(), hidden, layers, (float) dropout);
        Linear fc = new Linear(weights.scope("fc"), hidden, input.classes());
        return x -> fc.forward(lstm.forward(x, Output.LAST_STEP));
    }

    @Override
    public List<Layer> layers(Input input) {
        List<Layer> rows = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            long features = l == 0 ? input.features() : hidden;
            String output = l == layers - 1 ? "[" + hidden + "]" : "[" + input.steps() + ", " + hidden + "]";
            rows.add(new Layer("lstm (layer " + l + ")", "LSTM " + features + " to " + hidden, output,
                    4L * hidden * (features + hidden + 2), 2L * input.steps() * 4 * hidden * (features + hidden)));
        }
        rows.add(new Layer("fc", "Linear " + hidden + " to " + input.classes(), "[" + input.classes() + "]",
                (hidden + 1L) * input.classes(), 2L * hidden * input.classes()));
        return rows;
    }
}
