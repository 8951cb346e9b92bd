package scanline.lab.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.nn.AveragePool2d;
import scanline.engine.nn.BatchNorm1d;
import scanline.engine.nn.BatchNorm2d;
import scanline.engine.nn.Conv2d;
import scanline.engine.nn.FeedForward;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.LayerNorm;
import scanline.engine.nn.Lru;
import scanline.engine.nn.MaxPool2d;
import scanline.engine.nn.MinimalRecurrent;
import scanline.engine.nn.MultiHeadAttention;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.S4d;
import scanline.engine.nn.S5;
import scanline.engine.onnx.OnnxFile;
import scanline.engine.onnx.OnnxGraph;
import scanline.engine.onnx.OnnxGraph.Attribute;
import scanline.engine.onnx.OnnxGraph.Value;
import scanline.engine.onnx.OnnxNodes;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.CustomOp;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Gating;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Every operation that a model can use, exported to ONNX for batches of any size and computed by ONNX Runtime. */
class OnnxOpsTest {
    private static final Engine ENGINE = Engine.open(1);

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    /** A model by its weights and input, and the shape of its input for a batch. */
    private record Case(String name, IntFunction<Shape> shape, BiFunction<Weights, Tensor, Tensor> model) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A sum over time that forgets, as the ONNX operator Scan: {@code y[t] = keep y[t - 1] + x[t]}. */
    private record Decay(float keep) implements CustomOp, OnnxNodes {
        @Override
        public void forward(float[] y, List<float[]> x) {
            int step = y.length / 5;
            for (int i = 0; i < y.length; i++) {
                y[i] = x.getFirst()[i] + (i < step ? 0 : keep * y[i - step]);
            }
        }

        @Override
        public void backward(List<float[]> dx, float[] dy, float[] y, List<float[]> x) {
            throw new UnsupportedOperationException("only exported");
        }

        @Override
        public Value nodes(OnnxGraph graph, List<Value> inputs) {
            Value x = inputs.getFirst();
            Value first = graph.node("Gather", List.of(x, graph.whole(0)), Attribute.of("axis", 0));
            OnnxGraph body = graph.body();
            Value before = body.input();
            Value element = body.input();
            Value now = body.add(body.multiply(before, graph.constant(keep)), element);
            body.output(now);
            body.output(now);
            return graph.scan(body, List.of(graph.multiply(first, graph.constant(0))), List.of(x), 1).getLast();
        }
    }

    private static Case rows(String name, Function<Tensor, Tensor> model) {
        return new Case(name, batch -> Shape.of(batch, 6), (_, x) -> model.apply(x));
    }

    private static Case sequence(String name, BiFunction<Weights, Tensor, Tensor> model) {
        return new Case(name, batch -> Shape.of(5, batch, 6), model);
    }

    private static Case images(String name, BiFunction<Weights, Tensor, Tensor> model) {
        return new Case(name, batch -> Shape.of(8, batch, 9), (w, x) -> model.apply(w, Images.ofRows(x)));
    }

    static Stream<Case> cases() {
        Recurrent.Options both = new Recurrent.Options(0, true, true, false, Recurrent.Options.DEFAULT.initializer());
        MultiHeadAttention.Options attention = new MultiHeadAttention.Options(6, 2, 4, true, 0, Initializer.UNIFORM,
                Initializer.UNIFORM);
        return Stream.of(rows("add", x -> x.add(x.relu())), rows("subtract", x -> x.subtract(x.relu())),
                rows("multiply", x -> x.multiply(x.tanh())), rows("divide", x -> x.divide(x.exp())),
                rows("exp", Tensor::exp), rows("log", x -> x.abs().log()), rows("sqrt", x -> x.abs().sqrt()),
                rows("sin", Tensor::sin), rows("cos", Tensor::cos),
                rows("power", x -> x.power(3)), rows("scale", x -> x.scale(-1.5f)), rows("sigmoid", Tensor::sigmoid),
                rows("tanh", Tensor::tanh), rows("gelu", Tensor::gelu),
                rows("tanhGelu", Tensor::tanhGelu), rows("gate", x -> Gating.gate(x, x.tanh())),
                rows("glu", Gating::glu), rows("softmax", Tensor::softmax),
                rows("logSoftmax", Tensor::logSoftmax), rows("sum", x -> x.sum(1)), rows("mean", x -> x.mean(-1)),
                rows("max", x -> x.max(1)), rows("slice", x -> x.slice(1, 2, 5)),
                rows("concat", x -> Shaping.concat(List.of(x, x.relu()), -1)),
                rows("whole sum, broadcast", x -> x.subtract(x.mean())),
                rows("reshape", x -> x.reshape(Shape.of(x.shape().size(0) * 2, 3)).relu()
                        .reshape(Shape.of(x.shape().size(0), 6))),
                new Case("expand", batch -> Shape.of(batch, 6), (w, x) -> x.add(w.uniform("row", Shape.of(6), 1))),
                new Case("matmul", batch -> Shape.of(batch, 6),
                        (w, x) -> x.matmul(w.uniform("matrix", Shape.of(6, 4), 1))),
                sequence("steps", (_, x) -> Shaping.stack(List.of(x.step(4), x.step(0)))),
                sequence("reverse", (_, x) -> Shaping.reverse(x)),
                sequence("scan", (_, x) -> new Decay(0.5f).apply(x)),
                sequence("mean of steps", (_, x) -> x.meanOverSteps()),
                sequence("swap", (_, x) -> Shaping.swap(x)),
                sequence("prepend", (w, x) -> Shaping.prepend(w.uniform("first", Shape.of(6), 1), x)),
                sequence("addToExamples", (w, x) -> x.addToExamples(w.uniform("places", Shape.of(5, 6), 1))),
                sequence("batched matmul", (_, x) -> Shaping.swap(x).matmul(Shaping.swap(x).softmax()
                        .reshape(Shape.of(x.shape().size(1), 6, 5)))),
                sequence("layer norm", (w, x) -> new LayerNorm(w, 6).forward(x)),
                sequence("feed-forward", (w, x) -> new FeedForward(w, 6, 11, Nonlinearity.GELU, 0, Initializer.UNIFORM)
                        .forward(x)),
                sequence("self-attention", (w, x) -> new MultiHeadAttention(w, attention).self(x, Mask.CAUSAL)),
                sequence("cross-attention", (w, x) -> new MultiHeadAttention(w, attention)
                        .cross(x, Shaping.reverse(x), Mask.NONE)),
                sequence("s5", (w, x) -> new S5(w, 6, S5.Options.DEFAULT.withStates(8, 2)).forward(x)),
                sequence("s5 clipped", (w, x) -> new S5(w, 6, new S5.Options(8, 1, true, 0.01, 0.1)).forward(x)),
                sequence("lru", (w, x) -> new Lru(w, 6, new Lru.Options(5, 0, 1, 6.28)).forward(x)),
                sequence("rnn", (w, x) -> Recurrent.rnn(w, 6, 7).forward(x, Output.ALL_STEPS)),
                sequence("gru", (w, x) -> Recurrent.gru(w, 6, 7).forward(x, Output.LAST_STEP)),
                sequence("lstm", (w, x) -> new Recurrent(w, CellKind.LSTM, 6, 7, 2, both).forward(x, Output.ALL_STEPS)),
                sequence("s4d", (w, x) -> new S4d(w, 6, 8, S4d.Initialization.LIN).forward(x)),
                new Case("s4d of a long sequence", batch -> Shape.of(200, batch, 6),
                        (w, x) -> new S4d(w, 6, 16, S4d.Initialization.INV).forward(x)),
                sequence("batch norm of steps", (w, x) -> new BatchNorm1d(w, 6).forward(x)),
                sequence("lem", (w, x) -> new Recurrent(w, new Cell(CellKind.LEM, 0.3), 6, 7, 2, both)
                        .forward(x, Output.ALL_STEPS)),
                sequence("lem from zeros", (w, x) -> new Recurrent(w, CellKind.LEM, 6, 7, 1, Recurrent.Options.DEFAULT)
                        .forward(x, Output.LAST_STEP)),
                sequence("ur-lstm", (w, x) -> new Recurrent(w, CellKind.UR_LSTM, 6, 7, 2, both)
                        .forward(x, Output.ALL_STEPS)),
                sequence("ur-lstm from zeros",
                        (w, x) -> new Recurrent(w, CellKind.UR_LSTM, 6, 7, 1, Recurrent.Options.DEFAULT)
                                .forward(x, Output.LAST_STEP)),
                sequence("mingru", (w, x) -> new MinimalRecurrent(w, MinimalKind.GRU, 6, 1.5).forward(x)),
                sequence("minlstm", (w, x) -> new MinimalRecurrent(w, MinimalKind.LSTM, 6, 1).forward(x)),
                images("convolution", (w, x) -> new Conv2d(w, 1, 3, 3, 2, 1, Initializer.UNIFORM).forward(x)),
                images("max pooling", (_, x) -> new MaxPool2d(3, 2).forward(x)),
                images("average pooling", (_, x) -> new AveragePool2d(2, 2).forward(x)),
                images("batch norm", (w, x) -> new BatchNorm2d(w, 1).forward(x)),
                images("flatten", (w, x) -> Images.flatten(new BatchNorm2d(w.scope("norm"), 2).reluMaxPool(
                        new Conv2d(w, 1, 2, 3, 1, 1, Initializer.UNIFORM).forward(x)))),
                new Case("batch norm of rows", batch -> Shape.of(batch, 6),
                        (w, x) -> new BatchNorm2d(w, 6).forward(x)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onnxRuntimeComputesTheSame(Case each) throws IOException, OrtException {
        // A model creates its parameters once.
        Weights[] weights = {ENGINE.weights(1)};
        Function<Tensor, Tensor> model = x -> {
            weights[0] = ENGINE.weights(1);
            return each.model.apply(weights[0], x);
        };
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        OnnxFile.of(ENGINE, each.shape, model::apply).writeTo(file);
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        try (OrtSession session = onnx.createSession(file.toByteArray())) {
            for (int batch : new int[] {1, 4}) {
                Shape shape = each.shape.apply(batch);
                float[] x = new float[shape.elements()];
                RandomKey.of(batch, "x").uniform(x, 0, x.length, -2, 2);
                float[] expected;
                Shape result;
                try (Tape tape = ENGINE.inference()) {
                    Tensor y = model.apply(tape.input(shape, x));
                    expected = y.values();
                    result = y.shape();
                }
                long[] sizes = IntStream.of(shape.sizes()).asLongStream().toArray();
                try (OnnxTensor input = OnnxTensor.createTensor(onnx, FloatBuffer.wrap(x), sizes);
                        OrtSession.Result results = session.run(Map.of("x", input));
                        OnnxTensor y = (OnnxTensor) results.get(0)) {
                    assertThat(y.getInfo().getShape())
                            .isEqualTo(IntStream.of(result.sizes()).asLongStream().toArray());
                    FloatBuffer actual = y.getFloatBuffer();
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(actual.get(i)).isCloseTo(expected[i],
                                within(1e-5f * Math.max(1, Math.abs(expected[i]))));
                    }
                }
            }
        }
    }

    @Test
    void aModelThatCannotBeExportedIsRejectedInOneLine() {
        IntFunction<Shape> shape = batch -> Shape.of(batch, 6);
        assertThatThrownBy(() -> OnnxFile.of(ENGINE, shape, x -> Losses.crossEntropy(x, new int[x.shape().rows()], 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the operation crossEntropy cannot be exported to ONNX: it is a part of a loss");
        assertThatThrownBy(() -> OnnxFile.of(ENGINE, shape, x -> x.shape().size(0) == 2 ? x.relu() : x.tanh()))
                .hasMessageContaining("operation 1 of the model is relu").hasMessageContaining("tanh");
        assertThatThrownBy(() -> OnnxFile.of(ENGINE, _ -> Shape.of(2, 6), Tensor::relu))
                .hasMessage("the input has shape [2, 6] for batches of 2 and of 3; one of its sizes must be that of the"
                        + " batch");
    }
}
