package curve;

import scanline.engine.nn.Layer;
import scanline.engine.nn.Linear;
import scanline.engine.nn.Sequential;
import scanline.engine.optim.Adam;
import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Learns the curve {@code y = x^2}. */
public final class Curve {
    private Curve() {}

    /** Prints the mean squared error of the last of 300 steps. */
    public static void main(String[] arguments) {
        float[] numbers = new float[64];
        float last = Float.NaN;
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            Layer model = new Sequential(new Linear(weights.scope("in"), 1, 32), Tensor::tanh,
                    new Linear(weights.scope("out"), 32, 1));
            Optimizer adam = new Optimizer(Adam.DEFAULT.withRate(0.01), weights);
            for (int step = 0; step < 300; step++) {
                RandomKey.of(1, "numbers").at(step).uniform(numbers, 0, 64, -1, 1);
                try (Tape tape = engine.training(step)) {
                    Tensor x = tape.input(Shape.of(64, 1), numbers);
                    Tensor loss = Losses.meanSquaredError(model.forward(x), x.power(2));
                    last = loss.values()[0];
                    adam.step(loss);
                }
            }
        }
        IO.println(last);
    }
}
