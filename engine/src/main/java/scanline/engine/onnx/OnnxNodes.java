package scanline.engine.onnx;

import java.util.List;

import scanline.engine.onnx.OnnxGraph.Value;

/** What a {@link scanline.engine.tensor.CustomOp} implements as well if models with it are to be exported to ONNX. */
public interface OnnxNodes {
    /**
     * Adds the nodes that compute the operation, for inputs with any size of the batch.
     *
     * @param graph
     *            the graph to add to
     * @param inputs
     *            the inputs, with the shapes that they have in the engine
     * @return the result
     */
    Value nodes(OnnxGraph graph, List<Value> inputs);
}
