package scanline.examples;

import module java.base;
import module scanline.lab;

/** Loads the weights that {@link TrainAModel} wrote, and reads the test digits of MNIST with them. */
public final class PredictFromWeights {
    private PredictFromWeights() {}

    /** {@code PredictFromWeights [FILE]}. */
    public static void main(String[] arguments) throws IOException {
        double accuracy = accuracy(Path.of(arguments.length > 0 ? arguments[0] : "digits.safetensors"), 10_000);
        System.out.printf("%.2f %% of 10,000 are read rightly%n", 100 * accuracy);
    }

    /** The fraction of the first so many test digits that is read rightly; prints the first ten. */
    static double accuracy(Path file, int count) throws IOException {
        Loader digits = new Loader(Datasets.ofUser().open("mnist", null).test(), Scan.Rows.DEFAULT, 0, 1);
        try (Backend backend = Backend.load(Runtime.getRuntime().availableProcessors())) {
            Weights weights = new Weights(backend, 0);
            TrainAModel.RowReader model = new TrainAModel.RowReader(weights);
            WeightsFile.load(file, weights);
            Batch batch = digits.batch(IntStream.range(0, count).toArray(), 0, count);
            float[] logits;
            try (Tape tape = Tape.inference(new Memory(backend))) {
                logits = model.forward(tape.input(Shape.of(28, count, 28), batch.values())).values();
            }
            int correct = 0;
            for (int i = 0; i < count; i++) {
                int digit = Answers.largest(logits, 10 * i, 10);
                correct += digit == batch.labels()[i] ? 1 : 0;
                if (i < 10) {
                    System.out.printf("a %d is read as %d%n", batch.labels()[i], digit);
                }
            }
            return (double) correct / count;
        }
    }
}
