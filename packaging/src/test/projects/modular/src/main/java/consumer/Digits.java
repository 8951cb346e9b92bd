package consumer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import scanline.data.dataset.Datasets;
import scanline.data.sequence.Batch;
import scanline.data.sequence.Loader;
import scanline.data.sequence.Scan;
import scanline.engine.io.LoadOptions;
import scanline.engine.io.WeightsFile;
import scanline.engine.nn.Linear;
import scanline.engine.nn.Recurrent;
import scanline.engine.onnx.OnnxFile;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Optimizer;
import scanline.engine.optim.ParameterGroup;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.GradientCheck;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Sequences;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Fine-tunes weights from PyTorch in a model with an operation of its own, and saves, exports and uses it. */
public final class Digits {
    private static final int STEPS = 60;
    private static final int BATCH = 50;

    private Digits() {}

    /** The model: an LSTM over the rows of an image, the operation, and a linear layer. */
    record Model(Recurrent lstm, Linear fc) {
        Model(Weights weights) {
            this(Recurrent.lstm(weights.scope("own.lstm"), 28, 32), new Linear(weights.scope("own.fc"), 32, 10));
        }

        Tensor forward(Tensor rows) {
            return fc.forward(new Softsign().apply(lstm.forward(rows, Sequences.Output.LAST_STEP)));
        }
    }

    /** Runs {@code Digits PYTORCH.safetensors FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        IO.println("gradient " + GradientCheck.error(new Softsign(), Shape.of(3, 13)));
        Path saved = Path.of(arguments[1], "digits.safetensors");
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            Model model = new Model(weights);
            LoadOptions names = LoadOptions.WHOLE.renamed("rnn.*", "own.lstm.*").renamed("classifier.*", "own.fc.*");
            WeightsFile.load(Path.of(arguments[0]), weights, names);
            IO.println("loss " + train(engine, weights, model));
            IO.println("weights " + WeightsFile.hash(weights));
            WeightsFile.save(saved, weights, Map.of());
            OnnxFile.of(engine, batch -> Shape.of(28, batch, 28), model::forward)
                    .write(Path.of(arguments[1], "digits.onnx"));
        }
        IO.println("accuracy " + accuracy(saved));
    }

    private static float train(Engine engine, Weights weights, Model model) throws IOException {
        Loader digits = new Loader(Datasets.ofUser().open("mnist", null).train(), Scan.Rows.DEFAULT, 0, 1);
        Optimizer adam = new Optimizer(AdamW.DEFAULT, weights, List.of(
                ParameterGroup.of("own.lstm.*").withRateFactor(0.1), ParameterGroup.of("own.fc.*").withoutDecay()));
        float last = Float.NaN;
        for (int step = 0; step < STEPS; step++) {
            Batch batch = digits.batch(IntStream.range(step * BATCH, (step + 1) * BATCH).toArray(), 0, BATCH);
            try (Tape tape = engine.training(step)) {
                Tensor logits = model.forward(tape.input(Shape.of(28, BATCH, 28), batch.values()));
                Tensor loss = Losses.crossEntropy(logits, batch.labels(), 0);
                last = loss.values()[0];
                adam.step(loss);
            }
        }
        return last;
    }

    /** Returns the accuracy on 200 test digits of a model that is read from a file. */
    private static double accuracy(Path file) throws IOException {
        int count = 200;
        Loader digits = new Loader(Datasets.ofUser().open("mnist", null).test(), Scan.Rows.DEFAULT, 0, 1);
        Batch batch = digits.batch(IntStream.range(0, count).toArray(), 0, count);
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(0);
            Model model = new Model(weights);
            WeightsFile.load(file, weights);
            try (Tape tape = engine.inference()) {
                float[] logits = model.forward(tape.input(Shape.of(28, count, 28), batch.values())).values();
                return IntStream.range(0, count).filter(i -> largest(logits, 10 * i) == batch.labels()[i]).count()
                        / (double) count;
            }
        }
    }

    private static int largest(float[] logits, int from) {
        return IntStream.range(0, 10).reduce(0, (best, i) -> logits[from + i] > logits[from + best] ? i : best);
    }
}
