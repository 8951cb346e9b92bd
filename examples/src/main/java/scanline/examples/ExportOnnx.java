package scanline.examples;

import module java.base;
import module scanline.engine;

/** Exports the model of {@link OwnModel} to ONNX, for batches of any size, and prints what it answers. */
public final class ExportOnnx {
    private ExportOnnx() {}

    /** Runs {@code ExportOnnx [FILE]}. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments.length > 0 ? arguments[0] : "curve.onnx");
        System.out.println("y = " + Arrays.toString(export(file, 500, -1, -0.5f, 0, 0.5f, 1)) + ", also of " + file);
    }

    /** Trains and exports a model, and returns what it answers to some numbers. */
    static float[] export(Path file, int steps, float... x) throws IOException {
        try (Engine engine = Engine.open()) {
            Weights weights = engine.weights(1);
            Layer model = OwnModel.of(weights);
            OwnModel.train(engine, weights, model, steps);
            OnnxFile.of(engine, batch -> Shape.of(batch, 1), model::forward).write(file);
            try (Tape tape = engine.inference()) {
                return model.forward(tape.input(Shape.of(x.length, 1), x)).values();
            }
        }
    }
}
