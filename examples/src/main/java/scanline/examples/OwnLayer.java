package scanline.examples;

import module scanline.engine;

/** A layer of one's own: a gated linear unit (Dauphin et al. 2017) with a way around it (He et al. 2016). */
public record OwnLayer(Linear value, Linear gate) {
    /** Makes its parameters, {@code value.weight, value.bias, gate.weight, gate.bias}. */
    public OwnLayer(Weights weights, int n) {
        this(new Linear(weights.scope("value"), n, n), new Linear(weights.scope("gate"), n, n));
    }

    /** {@code x + (W x + b) sigmoid(V x + c)} of x [..., n]. Nobody writes the gradient: the ops know theirs. */
    public Tensor forward(Tensor x) {
        return Arithmetic.add(x, Arithmetic.multiply(value.forward(x), Activation.sigmoid(gate.forward(x))));
    }

    /** Puts the layer to work: which of eight symbols did a random sequence of eight begin with? */
    public static void main(String[] arguments) {
        train(600, 64);
    }

    /** Trains for so many steps of so many new sequences each; returns the loss of the last step. */
    static float train(int steps, int count) {
        float loss = Float.NaN;
        try (Backend backend = Backend.load(1)) {
            Weights weights = new Weights(backend, 1);
            OwnLayer own = new OwnLayer(weights.scope("own"), 8);
            Recurrent lstm = new Recurrent(weights.scope("lstm"), CellKind.LSTM, 8, 32, 1, Recurrent.Options.DEFAULT);
            Linear fc = new Linear(weights.scope("fc"), 32, 8);
            Optimizer optimizer = new Optimizer(Adam.DEFAULT, weights);
            Memory memory = new Memory(backend);
            for (int step = 0; step < steps; step++) {
                float[] symbols = new float[8 * count * 8]; // [T, B, F]: a 1 among zeros for each symbol
                int[] firsts = new int[count];
                RandomKey key = RandomKey.of(1, "sequences").at(step);
                for (int i = 8 * count - 1; i >= 0; i--) { // backwards, so that the first symbols stay as labels
                    firsts[i % count] = key.below(8, i);
                    symbols[8 * i + firsts[i % count]] = 1;
                }
                try (Tape tape = Tape.training(memory, key)) {
                    Tensor x = tape.input(Shape.of(8, count, 8), symbols);
                    Tensor y = fc.forward(lstm.forward(own.forward(x), Sequences.Output.LAST_STEP));
                    Tensor mean = Losses.crossEntropy(y, firsts, 0);
                    loss = mean.values()[0];
                    weights.clearGradients();
                    tape.backward(mean);
                }
                optimizer.step(0.01);
                if ((step + 1) % 100 == 0) {
                    System.out.printf("step %d, loss %.4f%n", step + 1, loss);
                }
            }
        }
        return loss;
    }
}
