package scanline.examples;

import module java.base;
import module scanline.lab;

/** Loads the weights that {@link TrainAModel} wrote, and classifies the MNIST test digits with them. */
public final class PredictFromWeights {
    private PredictFromWeights() {}

    /** Runs {@code PredictFromWeights [FILE]}. */
    public static void main(String[] arguments) throws IOException {
        double accuracy = accuracy(Path.of(arguments.length > 0 ? arguments[0] : "digits.safetensors"), 10_000);
        System.out.printf("accuracy on 10,000 test digits: %.2f %%%n", 100 * accuracy);
    }

    /** Returns the accuracy on the first {@code count} test digits, and prints the first ten predictions. */
    static double accuracy(Path file, int count) throws IOException {
        Loader digits = new Loader(Datasets.ofUser().open("mnist", null).test(), Scan.Rows.DEFAULT, 0, 1);
        try (Engine engine = Engine.open()) {
            Weights weights = engine.weights(0);
            TrainAModel.RowReader model = new TrainAModel.RowReader(weights);
            WeightsFile.load(file, weights);
            Batch batch = digits.batch(IntStream.range(0, count).toArray(), 0, count);
            float[] logits;
            try (Tape tape = engine.inference()) {
                logits = model.forward(tape.input(Shape.of(28, count, 28), batch.values())).values();
            }
            int correct = 0;
            for (int i = 0; i < count; i++) {
                int digit = Answers.largest(logits, 10 * i, 10);
                correct += digit == batch.labels()[i] ? 1 : 0;
                if (i < 10) {
                    System.out.printf("a %d is predicted as %d%n", batch.labels()[i], digit);
                }
            }
            return (double) correct / count;
        }
    }
}
