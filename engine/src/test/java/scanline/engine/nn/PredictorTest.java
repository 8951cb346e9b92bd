package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class PredictorTest {
    private static final int CLASSES = 10;

    private enum Model {
        LINEAR(batch -> Shape.of(batch, 19), weights -> {
            Linear first = new Linear(weights.scope("first"), 19, 150);
            Linear second = new Linear(weights.scope("second"), 150, CLASSES);
            return x -> second.forward(first.forward(x).relu()).softmax();
        }), RNN(batch -> Shape.of(5, batch, 7), weights -> recurrent(weights, CellKind.RNN_RELU, 1, false)), LSTM(
                batch -> Shape.of(5, batch, 7), weights -> recurrent(weights, CellKind.LSTM, 2, true)), GRU(
                        batch -> Shape.of(5, batch, 7), weights -> recurrent(weights, CellKind.GRU, 3, false)), LEM(
                                batch -> Shape.of(5, batch, 7),
                                weights -> recurrent(weights, CellKind.LEM, 2, true)), UR_LSTM(
                                        batch -> Shape.of(5, batch, 7),
                                        weights -> recurrent(weights, CellKind.UR_LSTM, 2, false)), MINIMAL(
                                                batch -> Shape.of(5, batch, 7), weights -> {
                                                    MinimalRecurrent gru = new MinimalRecurrent(weights.scope("gru"),
                                                            MinimalKind.GRU, 7, 9.5);
                                                    MinimalRecurrent lstm = new MinimalRecurrent(weights.scope("lstm"),
                                                            MinimalKind.LSTM, 7, 1);
                                                    Linear fc = new Linear(weights.scope("fc"), 7, CLASSES);
                                                    return x -> fc.forward(lstm.forward(gru.forward(x)).step(4));
                                                }), IMAGES(
                                                        batch -> Shape.of(28, batch, 28), weights -> {
                                                            Conv2d conv1 = new Conv2d(weights.scope("conv1"), 1, 8, 3,
                                                                    1, 1,
                                                                    Initializer.HE);
                                                            BatchNorm2d norm = new BatchNorm2d(weights.scope("norm"),
                                                                    8);
                                                            Conv2d conv2 = new Conv2d(weights.scope("conv2"), 8, 16, 3,
                                                                    1, 1,
                                                                    Initializer.HE);
                                                            Linear fc = new Linear(weights.scope("fc"), 16 * 7 * 7,
                                                                    CLASSES);
                                                            MaxPool2d pool = new MaxPool2d(2, 2);
                                                            return x -> {
                                                                Tensor y = norm
                                                                        .reluMaxPool(conv1.forward(Images.ofRows(x)));
                                                                return fc
                                                                        .forward(Images.flatten(
                                                                                pool.forward(conv2.forward(y).relu())));
                                                            };
                                                        }), TRANSFORMER(batch -> Shape.of(6, batch, 11), weights -> {
                                                            PatchEmbedding embedding = new PatchEmbedding(
                                                                    weights.scope("embedding"),
                                                                    11, 24);
                                                            ClassToken token = new ClassToken(weights, 24);
                                                            Positions positions = new Positions(weights, 7, 24);
                                                            EncoderBlock block = new EncoderBlock(
                                                                    weights.scope("layer"),
                                                                    new EncoderBlock.Options(
                                                                            new MultiHeadAttention.Options(24, 4, 6,
                                                                                    true, 0.1f,
                                                                                    Initializer.UNIFORM,
                                                                                    Initializer.UNIFORM),
                                                                            48,
                                                                            Nonlinearity.GELU, true,
                                                                            Initializer.UNIFORM));
                                                            Linear fc = new Linear(weights.scope("fc"), 24, CLASSES);
                                                            return x -> fc.forward(
                                                                    block.forward(
                                                                            positions.forward(
                                                                                    token.forward(
                                                                                            embedding.forward(x))),
                                                                            Mask.NONE).step(0));
                                                        });

        final IntFunction<Shape> shape;
        final Function<Weights, UnaryOperator<Tensor>> build;

        Model(IntFunction<Shape> shape, Function<Weights, UnaryOperator<Tensor>> build) {
            this.shape = shape;
            this.build = build;
        }

        private static UnaryOperator<Tensor> recurrent(Weights weights, CellKind kind, int layers, boolean both) {
            Recurrent recurrent = new Recurrent(weights.scope("recurrent"), kind, 7, 70, layers, new Recurrent.Options(
                    0, both, false, false, RecurrentInitializer.DEFAULT));
            Linear fc = new Linear(weights.scope("fc"), both ? 140 : 70, CLASSES);
            return x -> fc.forward(recurrent.forward(x, Output.LAST_STEP));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPredictionHasTheBitsOfAPass(Model model) {
        for (int threads : new int[] {1, 2, 3}) {
            try (Engine engine = Engine.open(1)) {
                Weights weights = engine.weights(1);
                UnaryOperator<Tensor> forward = model.build.apply(weights);
                try (Predictor predictor = Predictor.of(weights, model.build, model.shape, threads)) {
                    for (int batch : new int[] {1, 2, 5, 8, 33, 1, 5}) {
                        Shape shape = model.shape.apply(batch);
                        for (int round = 0; round < 3; round++) {
                            float[] x = Numbers.uniform("x" + round, shape.elements(), 1);
                            float[] y = new float[batch * CLASSES];
                            assertThat(predictor.predict(x, batch, y)).isEqualTo(y.length);
                            try (Tape tape = engine.inference()) {
                                assertThat(y).isEqualTo(forward.apply(tape.input(shape, x)).values());
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWayToPredictManyExamplesHasTheBitsOfAPass(Model model) {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            UnaryOperator<Tensor> forward = model.build.apply(weights);
            for (int threads : new int[] {1, 2}) {
                try (Predictor predictor = Predictor.of(weights, model.build, model.shape, threads)) {
                    int batch = 77;
                    Shape shape = model.shape.apply(batch);
                    float[] x = Numbers.uniform("x", shape.elements(), 1);
                    float[] expected;
                    try (Tape tape = engine.inference()) {
                        expected = forward.apply(tape.input(shape, x)).values();
                    }
                    // Each way is measured in 8 calls.
                    for (int round = 0; round < 30; round++) {
                        float[] y = new float[batch * CLASSES];
                        predictor.predict(x, batch, y);
                        assertThat(y).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void laterChangesOfTheWeightsDoNotConcernAPredictor() {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            assertThat(Model.LINEAR.build.apply(weights)).isNotNull();
            try (Predictor predictor = Predictor.of(weights, Model.LINEAR.build, Model.LINEAR.shape, 1)) {
                float[] x = Numbers.uniform("x", 19, 1);
                float[] before = new float[CLASSES];
                predictor.predict(x, 1, before);
                weights.parameters().forEach(each -> each.value().write(0, new float[each.value().length()], 0,
                        each.value().length()));
                float[] after = new float[CLASSES];
                predictor.predict(x, 1, after);
                assertThat(after).isEqualTo(before);
            }
        }
    }

    @Test
    void aModelThatReadsItsValuesIsComputedAsAPass() {
        Function<Weights, UnaryOperator<Tensor>> model = weights -> {
            Linear linear = new Linear(weights, 2, 2);
            return x -> x.values()[0] > 0 ? linear.forward(x) : linear.forward(linear.forward(x));
        };
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            UnaryOperator<Tensor> forward = model.apply(weights);
            try (Predictor predictor = Predictor.of(weights, model, batch -> Shape.of(batch, 2), 1)) {
                for (float first : new float[] {1, -1, 2, -2}) {
                    float[] x = {first, 3};
                    float[] y = new float[2];
                    predictor.predict(x, 1, y);
                    try (Tape tape = engine.inference()) {
                        assertThat(y).isEqualTo(forward.apply(tape.input(Shape.of(1, 2), x)).values());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LSTM", "IMAGES"})
    void manyThreadsGetTheSameAnswers(Model model) throws Exception {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            assertThat(model.build.apply(weights)).isNotNull();
            try (Predictor predictor = Predictor.of(weights, model.build, model.shape, 2);
                    ExecutorService pool = Executors.newFixedThreadPool(6)) {
                float[] x = Numbers.uniform("x", model.shape.apply(3).elements(), 1);
                float[] expected = new float[3 * CLASSES];
                predictor.predict(x, 3, expected);
                List<Future<?>> answers = new ArrayList<>();
                for (int thread = 0; thread < 6; thread++) {
                    answers.add(pool.submit(() -> {
                        float[] y = new float[3 * CLASSES];
                        for (int i = 0; i < 200; i++) {
                            predictor.predict(x, 3, y);
                            assertThat(y).isEqualTo(expected);
                        }
                    }));
                }
                for (Future<?> answer : answers) {
                    answer.get();
                }
            }
        }
    }

    @Test
    void wrongUseIsReportedInOneLine() {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            assertThat(Model.LINEAR.build.apply(weights)).isNotNull();
            Predictor predictor = Predictor.of(weights, Model.LINEAR.build, Model.LINEAR.shape, 1);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> predictor.predict(new float[38], 2, new float[10]))
                    .withMessage(
                            "a prediction of input [2, 19] needs arrays of at least 38 and 20 floats, not 38 and 10");
            predictor.close();
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> predictor.predict(new float[19], 1, new float[10]))
                    .withMessage("this predictor has been closed");
        }
    }
}
