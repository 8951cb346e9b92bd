package scanline.engine.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

import scanline.engine.file.AtomicFile;
import scanline.engine.file.Protobuf;
import scanline.engine.onnx.OnnxGraph.Element;
import scanline.engine.onnx.OnnxGraph.Value;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Trace;

/** A model as an ONNX file (onnx.ai/onnx/repo-docs/IR.html), which other programs can run. */
public final class OnnxFile {
    private static final String BATCH = "batch";

    private final Protobuf message;

    OnnxFile(Protobuf message) {
        this.message = message;
    }

    /**
     * Exports a model with one input, {@code x}, and one output, {@code y}, for batches of any size. The model is run
     * for two batches, and what it computes is translated.
     *
     * @param shape
     *            the shape of the input for a batch, such as {@code batch -> Shape.of(28, batch, 28)}
     * @param model
     *            the model, which runs in an inference pass
     * @throws IllegalArgumentException
     *             if the model uses an operation without a translation, such as a custom op that does not implement
     *             {@link OnnxNodes}, or computes something else for another batch size
     */
    public static OnnxFile of(Engine engine, IntFunction<Shape> shape, UnaryOperator<Tensor> model) {
        OnnxGraph graph = new OnnxGraph(OnnxOperators.OPSET_20);
        try (Tape two = engine.inference(); Tape three = engine.inference()) {
            Pass first = pass(two, shape, model, 2);
            Pass second = pass(three, shape, model, 3);
            Shape in = first.input().shape();
            Object[] sizes = sizes(in, second.input().shape());
            Value x = graph.input("x", "the input", Element.FLOAT, sizes);
            int axis = 0;
            while (axis < sizes.length && !sizes[axis].equals(BATCH)) {
                axis++;
            }
            if (axis == sizes.length) {
                throw new IllegalArgumentException("the input has shape " + in + " for batches of 2 and of 3; one of"
                        + " its sizes must be that of the batch");
            }
            Value y = new Translation(graph, x, graph.size(x, axis), null, null, first, second).result();
            graph.output(y, "y", "the output", Element.FLOAT, sizes(first.output().shape(), second.output().shape()));
        }
        return graph.file("a model of Scanline", "", Map.of());
    }

    private static Pass pass(Tape tape, IntFunction<Shape> shape, UnaryOperator<Tensor> model, int batch) {
        Tensor x = tape.input(shape.apply(batch), new float[shape.apply(batch).elements()]);
        Trace trace = tape.startTrace();
        return new Pass(trace, x, new int[0], model.apply(x), batch, 1);
    }

    private static Object[] sizes(Shape two, Shape three) {
        Object[] sizes = new Object[two.axes()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = two.size(axis) == three.size(axis)
                    ? (Object) two.size(axis)
                    : two.size(axis) == 2 && three.size(axis) == 3 ? BATCH : BATCH + "_" + axis;
        }
        return sizes;
    }

    /** Writes the file atomically. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, message::writeTo);
    }

    /** Writes the content of the file. */
    public void writeTo(OutputStream out) throws IOException {
        message.writeTo(out);
    }
}
