package scanline.examples;

import module java.base;
import module scanline.lab;

/** Fine-tunes the weights of PyTorch's {@code self.rnn}: the LSTM is frozen, a new layer learns what is odd. */
public final class FineTune {
    static void main(String[] arguments) throws IOException {
        System.out.printf("loss after 300 steps: %.3f%n", train(Path.of(arguments[0]), 300));
    }

    /** Trains for some steps of 100 digits each, and returns the loss of the last one. */
    static float train(Path file, int steps) throws IOException {
        Loader digits = new Loader(Datasets.ofUser().open("mnist", null).train(), Scan.Rows.DEFAULT, 0, 1);
        try (Engine engine = Engine.open()) {
            Weights weights = engine.weights(1);
            Recurrent lstm = Recurrent.lstm(weights.scope("lstm"), 28, 32);
            Linear fc = new Linear(weights.scope("fc"), 32, 2);
            LoadOptions options = LoadOptions.WHOLE.renamed("rnn.*", "lstm.*").partly();
            WeightsFile.load(file, weights, options).lines().forEach(System.out::println);
            weights.freeze("lstm.*");
            Optimizer adam = new Optimizer(AdamW.DEFAULT, weights, List.of(
                    ParameterGroup.of("fc.weight").withRateFactor(10), ParameterGroup.of("fc.bias").withoutDecay()));
            for (int from = 0;; from += 100) {
                Batch batch = digits.batch(IntStream.range(from, from + 100).toArray(), 0, 100);
                try (Tape tape = engine.training(adam.steps())) {
                    Tensor x = tape.input(Shape.of(28, 100, 28), batch.values());
                    int[] odd = IntStream.of(batch.labels()).map(label -> label % 2).toArray();
                    Tensor h = lstm.forward(x, Sequences.Output.LAST_STEP);
                    Tensor loss = Losses.crossEntropy(fc.forward(h), odd, 0);
                    adam.step(loss);
                    if (adam.steps() == steps) {
                        return loss.values()[0];
                    }
                }
            }
        }
    }
}
