package scanline.examples;

import module java.base;
import module scanline.lab;

/** A model and its training loop: an LSTM reads each MNIST digit once, row by row. */
public final class TrainAModel {
    private TrainAModel() {}

    /** An LSTM over the rows of an image, followed by a linear map of its last state to ten classes. */
    record RowReader(Recurrent lstm, Linear fc) {
        RowReader(Weights weights) {
            this(new Recurrent(weights.scope("lstm"), CellKind.LSTM, 28, 64, 1, Recurrent.Options.DEFAULT),
                    new Linear(weights.scope("fc"), 64, 10));
        }

        /** Computes logits [B, 10] from rows [28, B, 28]. */
        Tensor forward(Tensor rows) {
            return fc.forward(lstm.forward(rows, Sequences.Output.LAST_STEP));
        }
    }

    /** Runs {@code TrainAModel [FILE]}, which writes the weights to that file. */
    public static void main(String[] arguments) throws IOException {
        train(600, 100, Path.of(arguments.length > 0 ? arguments[0] : "digits.safetensors"));
    }

    /** Trains for {@code steps} steps of {@code count} digits each, and returns the loss of the last step. */
    static float train(int steps, int count, Path file) throws IOException {
        ImageSet images = Datasets.ofUser().open("mnist", null).train();
        Loader digits = new Loader(images, Scan.Rows.DEFAULT, 0, 1);
        int[] order = RandomKey.of(1, "shuffle").permutation(images.count());
        float loss = Float.NaN;
        try (Engine engine = Engine.open()) {
            Weights weights = engine.weights(1);
            RowReader model = new RowReader(weights);
            Optimizer optimizer = new Optimizer(Adam.DEFAULT.withRate(0.002), weights);
            for (int step = 0; step < steps; step++) {
                Batch batch = digits.batch(order, step * count, (step + 1) * count);
                try (Tape tape = engine.training(step)) {
                    Tensor rows = tape.input(Shape.of(28, count, 28), batch.values());
                    Tensor mean = Losses.crossEntropy(model.forward(rows), batch.labels(), 0);
                    loss = mean.values()[0];
                    optimizer.step(mean);
                }
                if ((step + 1) % 100 == 0) {
                    System.out.printf("step %d, loss %.3f%n", step + 1, loss);
                }
            }
            WeightsFile.save(file, weights, Map.of());
        }
        return loss;
    }
}
