package scanline.examples;

import module java.base;
import module scanline.engine;

/** A model with an operation of its own, whose gradient is checked; it learns the curve {@code y = x^2}. */
public final class OwnModel {
    /** Creates a model from numbers [B, 1] to numbers [B, 1]. */
    static Layer of(Weights weights) {
        return new Sequential(new Linear(weights.scope("in"), 1, 32), new Squareplus()::apply,
                new Linear(weights.scope("out"), 32, 1));
    }

    /** Prints the error of the gradient, and that of the curve after a training. */
    public static void main(String[] arguments) {
        System.out.printf("error of the gradient: %.0e%n", GradientCheck.error(new Squareplus(), Shape.of(3, 13)));
        try (Engine engine = Engine.open()) {
            Weights weights = engine.weights(1);
            System.out.printf("mean squared error: %.5f%n", train(engine, weights, of(weights), 1000));
        }
    }

    /** Trains a model on 64 numbers in each step, and returns the mean squared error of the last one. */
    static float train(Engine engine, Weights weights, Layer model, int steps) {
        Optimizer adam = new Optimizer(Adam.DEFAULT.withRate(0.01), weights);
        float[] numbers = new float[64];
        while (true) {
            RandomKey.of(1, "numbers").at(adam.steps()).uniform(numbers, 0, 64, -1, 1);
            try (Tape tape = engine.training(adam.steps())) {
                Tensor x = tape.input(Shape.of(64, 1), numbers);
                Tensor loss = Losses.meanSquaredError(model.forward(x), x.power(2));
                adam.step(loss);
                if (adam.steps() == steps) {
                    return loss.values()[0];
                }
            }
        }
    }
}
