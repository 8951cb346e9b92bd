package consumer;

import java.util.List;
import scanline.engine.onnx.OnnxGraph;
import scanline.engine.onnx.OnnxNodes;
import scanline.engine.tensor.CustomOp;

/** An operation of its own: {@code y = x / (1 + |x|)}. */
record Softsign() implements CustomOp, OnnxNodes {
    @Override
    public void forward(float[] y, List<float[]> x) {
        float[] values = x.getFirst();
        for (int i = 0; i < y.length; i++) {
            y[i] = values[i] / (1 + Math.abs(values[i]));
        }
    }

    @Override
    public void backward(List<float[]> dx, float[] dy, float[] y, List<float[]> x) {
        float[] gradient = dx.getFirst();
        float[] values = x.getFirst();
        for (int i = 0; i < y.length; i++) {
            float root = 1 + Math.abs(values[i]);
            gradient[i] += dy[i] / (root * root);
        }
    }

    @Override
    public OnnxGraph.Value nodes(OnnxGraph graph, List<OnnxGraph.Value> inputs) {
        return graph.node("Softsign", inputs.getFirst());
    }
}
