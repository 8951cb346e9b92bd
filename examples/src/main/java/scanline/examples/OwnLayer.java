package scanline.examples;

import module scanline.engine;

/** A custom layer: a gated linear unit (Dauphin et al. 2017) with a residual connection (He et al. 2016). */
public record OwnLayer(Linear value, Linear gate) {
    /** Creates the parameters {@code value.weight, value.bias, gate.weight, gate.bias}. */
    public OwnLayer(Weights weights, int n) {
        this(new Linear(weights.scope("value"), n, n), new Linear(weights.scope("gate"), n, n));
    }

    /** Computes {@code x + (W x + b) sigmoid(V x + c)} for x [..., n]. The operations provide the gradient. */
    public Tensor forward(Tensor x) {
        return x.add(value.forward(x).multiply(gate.forward(x).sigmoid()));
    }

    /** Trains a network with this layer to name the first of the eight symbols of a random sequence. */
    public static void main(String[] arguments) {
        train(600, 64);
    }

    /** Trains for {@code steps} steps of {@code count} new sequences each, and returns the loss of the last step. */
    static float train(int steps, int count) {
        float loss = Float.NaN;
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            OwnLayer own = new OwnLayer(weights.scope("own"), 8);
            Recurrent lstm = new Recurrent(weights.scope("lstm"), CellKind.LSTM, 8, 32, 1, Recurrent.Options.DEFAULT);
            Linear fc = new Linear(weights.scope("fc"), 32, 8);
            Optimizer optimizer = new Optimizer(Adam.DEFAULT.withRate(0.01), weights);
            for (int step = 0; step < steps; step++) {
                float[] symbols = new float[8 * count * 8]; // [T, B, F], one-hot
                int[] firsts = new int[count];
                RandomKey key = RandomKey.of(1, "sequences").at(step);
                for (int i = 8 * count - 1; i >= 0; i--) { // in reverse, so that the first symbols remain as labels
                    firsts[i % count] = key.below(8, i);
                    symbols[8 * i + firsts[i % count]] = 1;
                }
                try (Tape tape = engine.training(key)) {
                    Tensor x = tape.input(Shape.of(8, count, 8), symbols);
                    Tensor y = fc.forward(lstm.forward(own.forward(x), Sequences.Output.LAST_STEP));
                    Tensor mean = Losses.crossEntropy(y, firsts, 0);
                    loss = mean.values()[0];
                    optimizer.step(mean);
                }
                if ((step + 1) % 100 == 0) {
                    System.out.printf("step %d, loss %.4f%n", step + 1, loss);
                }
            }
        }
        return loss;
    }
}
