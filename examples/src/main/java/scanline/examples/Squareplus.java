package scanline.examples;

import module java.base;
import module scanline.engine;

import org.jspecify.annotations.Nullable;
import scanline.engine.onnx.OnnxGraph.Value;

/** An operation with a gradient of its own: {@code y = (x + sqrt(x^2 + 4)) / 2} (Barron 2021), a smooth rectifier. */
record Squareplus() implements CustomOp, OnnxNodes {
    @Override
    public void forward(float[] y, List<float[]> x) {
        for (int i = 0; i < y.length; i++) {
            float v = x.getFirst()[i];
            y[i] = (v + (float) Math.sqrt(v * v + 4)) / 2;
        }
    }

    /** The derivative is {@code y / (2 y - x)}. */
    @Override
    public void backward(List<float @Nullable []> dx, float[] dy, float[] y, List<float[]> x) {
        float[] gradient = Objects.requireNonNull(dx.getFirst());
        for (int i = 0; i < y.length; i++) {
            gradient[i] += dy[i] * y[i] / (2 * y[i] - x.getFirst()[i]);
        }
    }

    /** The same formula in ONNX operators, so that models with this operation can be exported. */
    @Override
    public Value nodes(OnnxGraph graph, List<Value> inputs) {
        Value x = inputs.getFirst();
        Value root = graph.node("Sqrt", graph.add(graph.multiply(x, x), graph.constant(4)));
        return graph.multiply(graph.add(x, root), graph.constant(0.5f));
    }
}
