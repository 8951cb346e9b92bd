package scanline.lab.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.data.base.ModuleContent;
import scanline.data.dataset.Datasets;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.data.sequence.Batch;
import scanline.engine.file.AtomicFile;
import scanline.engine.io.WeightsFile;
import scanline.engine.nn.Linear;
import scanline.engine.onnx.OnnxOperators;
import scanline.engine.tensor.CustomOp;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.OtherWeights;
import scanline.lab.experiment.Split;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** Holds exported models against ONNX Runtime; {@code ./build bench onnx} does so with more images and trained weights. */
class OnnxTest {
    @TempDir
    private static Path folder;

    /** A few images of MNIST as a set of their own, which opens sooner. */
    @BeforeAll
    static void writeTheFirstImages() throws IOException {
        ImageSet few = Datasets.ofUser().open("mnist", null).test().first(200);
        for (String part : List.of("train", "t10k")) {
            Files.write(folder.resolve(part + "-images-idx3-ubyte"), ByteBuffer.allocate(16 + few.pixels().length)
                    .putInt(0x803).putInt(few.count()).putInt(few.height()).putInt(few.width()).put(few.pixels())
                    .array());
            Files.write(folder.resolve(part + "-labels-idx1-ubyte"),
                    ByteBuffer.allocate(8 + few.count()).putInt(0x801).putInt(few.count()).put(few.labels()).array());
        }
    }

    private static Recipe recipe(String name, String... overrides) {
        List<String> keys = new ArrayList<>(List.of("data=idx", "data.dir=" + folder));
        keys.addAll(List.of(overrides));
        return Recipes.find(name, keys);
    }

    static List<String> recipes() {
        return Recipes.names();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void onnxRuntimeComputesTheLogitsOfEveryRecipe(String recipe) throws IOException, OrtException {
        try (Experiment experiment = disturbed(recipe(recipe));
                OnnxSession session = exported(experiment)) {
            assertThat(furthest(experiment, session, 0, 1)).isLessThan(1);
            assertThat(furthest(experiment, session, 1, 7)).isLessThan(1);
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"',
            textBlock = """
                    lstm-rows, model.hidden=9 model.bidirectional=true model.learnInitialState=true model.relu=true
                    lstm-rows, model.hidden=9 model.layers=1 model.bidirectional=true data.scan=columns
                    gru-rows-deep, model.hidden=9 model.bidirectional=true model.learnInitialState=true
                    rnn-rows, model.hidden=9 model.bidirectional=true model.learnInitialState=true model.dropout=0.5
                    rnn-rows-relu, model.hidden=9 model.bidirectional=true head.softmax=true
                    lstm-rows, model.hidden=9 data.shrink=2 data.mean=0.1 data.std=0.3
                    lstm-rows, model.hidden=9 data.shrink=7
                    lstm-rows, model=sequence model.channels=9 model.layers=2
                    lstm-rows, model=sequence model.channels=9 model.gate=full model.layer.cell=gru model.readout=last
                    lstm-rows, model=sequence model.channels=9 model.gate=joint model.norm=layer model.normFirst=false model.gelu=erf
                    lstm-rows, model.hidden=9 model.bidirectional=true model.readout=mean
                    lstm-rows, model.hidden=9 data.scan=chunks data.scan.size=14
                    lstm-rows, model.hidden=9 data.scan=permuted data.scan.size=49 data.scan.seed=3
                    lstm-rows, model.hidden=9 data.scan=patches data.scan.size=7
                    lstm-rows, model.hidden=9 data.scan=patches data.scan.size=5 data.scan.pad=true data.mean=0.2
                    row-transformer, model.width=12 model.heads=3 model.depth=1 model.positions=true
                    digit-classifier, model.width=12 model.heads=3 model.depth=1 model.pooling=mean
                    digit-classifier, model.width=12 model.heads=3 model.depth=1 model.positions=false
                    vit, model.width=10 model.heads=3 model.headWidth=5 model.depth=1 model.mlp=7 head.softmax=true
                    cnn, model.channels=3 model.kernel=5 model.hidden=11 model.dropout=0.3
                    cnn, model.channels=3 model.kernel=1 model.hidden=11 data.shrink=2
                    cnn-sigmoid, model.channels=3 model.hidden=11 data.canvas.size=46
                    cnn-rnn, model.cnn.channels=3 model.cnn.hidden=11 model.embedding=5 model.hidden=7 data.canvas.size=45
                    digit-sequence, model.width=12 model.heads=3 model.encoderDepth=1 model.decoderDepth=2 data.canvas.rows=3
                    digit-sequence-blanks, model.width=12 model.heads=2 model.positions=5 data.shrink=2 data.scan.size=7
                    """)
    void onnxRuntimeComputesTheLogitsOfEveryOption(String recipe, String overrides) throws IOException, OrtException {
        try (Experiment experiment = disturbed(recipe(recipe, overrides.split(" ")));
                OnnxSession session = exported(experiment)) {
            assertThat(furthest(experiment, session, 0, 7)).isLessThan(1);
        }
    }

    /** Those whose graphs differ between the versions: by Gelu, by the parts of attention, by a mean over the steps. */
    @ParameterizedTest
    @CsvSource({"vit, model.width=10 model.heads=3 model.headWidth=5 model.depth=1 model.mlp=7",
            "row-transformer, model.width=12 model.heads=3 model.depth=1 model.pooling=mean",
            "digit-sequence, model.width=12 model.heads=3 model.encoderDepth=1 model.decoderDepth=1"})
    void onnxRuntimeGivesTheSameLogitsOfOlderOperators(String recipe, String overrides)
            throws IOException, OrtException {
        try (Experiment experiment = disturbed(recipe(recipe, overrides.split(" ")));
                OnnxSession session = exported(experiment, OnnxOperators.OPSET_17, Map.of())) {
            assertThat(furthest(experiment, session, 0, 7)).isLessThan(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows, lstm.weight_ih_l0, 4", "lstm-rows, lstm.bias_hh_l1, 4",
            "gru-rows-deep, gru.weight_hh_l2, 3", "gru-rows-deep, gru.bias_hh_l0, 3",
            "digit-sequence, decoder.layers.0.multihead_attn.in_proj_weight, 3"})
    void swappedGatesAreDetected(String recipe, String parameter, int gates) throws IOException, OrtException {
        try (Experiment experiment = disturbed(recipe(recipe));
                OnnxSession session = exported(experiment)) {
            Parameter weights = experiment.weights().parameters().stream()
                    .filter(each -> each.name().equals(parameter)).findFirst().orElseThrow();
            float[] values = weights.values();
            int gate = values.length / gates;
            weights.value().write(0, values, gate, gate);
            weights.value().write(gate, values, 0, gate);
            assertThat(furthest(experiment, session, 0, 7)).isGreaterThan(10);
        }
    }

    @Test
    void anotherPixelOrderIsDetected() throws IOException, OrtException {
        try (Experiment one = disturbed(recipe("lstm-rows", "data.scan=permuted", "data.scan.size=28"));
                Experiment other = disturbed(
                        recipe("lstm-rows", "data.scan=permuted", "data.scan.size=28", "data.scan.seed=2"));
                OnnxSession session = exported(one)) {
            assertThat(furthest(other, session, 0, 7)).isGreaterThan(10);
        }
    }

    @Test
    void dynamicAxesHaveNames() throws IOException, OrtException {
        try (Experiment experiment = disturbed(recipe("vit", "model.depth=1"));
                OnnxSession session = exported(experiment)) {
            assertThat(session.signature()).containsExactly("pixels FLOAT [batch, 28, 28]", "logits FLOAT [batch, 10]");
        }
        try (Experiment experiment = disturbed(recipe("digit-sequence", "model.encoderDepth=1"));
                OnnxSession session = exported(experiment)) {
            assertThat(session.signature()).containsExactly(
                    "pixels FLOAT [batch, 56, 56], words INT64 [batch, length]", "logits FLOAT [batch, length, 12]");
        }
        try (Experiment experiment = disturbed(recipe("cnn-rnn"));
                OnnxSession session = exported(experiment)) {
            assertThat(session.signature().getLast()).isEqualTo("logits FLOAT [batch, length, 11]");
        }
    }

    @Test
    void theFileStatesItsOrigin() throws IOException, OrtException {
        try (Experiment experiment = disturbed(recipe("lstm-rows", "seed=5", "model.hidden=3"));
                OnnxSession session = exported(experiment, OnnxOperators.OPSET_20,
                        Map.of("version", "0.1", "commit", "abc", "threads", 2))) {
            assertThat(session.producer()).isEqualTo("scanline");
            assertThat(session.metadata()).containsEntry("seed", "5")
                    .containsEntry("weights", WeightsFile.hash(experiment.weights()))
                    .containsEntry("recipe", Recipes.withoutFolders(experiment.recipe().text()))
                    .containsEntry("about", experiment.recipe().about())
                    .containsEntry("classes",
                            "[ \"0\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\" ]")
                    .containsEntry("version", "0.1").containsEntry("commit", "abc").containsKey("source")
                    .doesNotContainKeys("data", "threads");
        }
    }

    @Test
    void everyModelTypeIsExportedHere() {
        Set<Class<?>> exported = recipes().stream().map(recipe -> Recipes.find(recipe, List.of()).model().getClass())
                .collect(Collectors.toSet());
        assertThat(exported).containsExactlyInAnyOrderElementsOf(
                ModuleContent.records(Model.class, Model.class.getPackageName()));
    }

    /** An op that does not say how ONNX computes it. */
    private record Doubled() implements CustomOp {
        @Override
        public String name() {
            return "doubled";
        }

        @Override
        public Shape shape(List<Shape> inputs) {
            return inputs.getFirst();
        }

        @Override
        public void forward(float[] y, List<float[]> x) {
            for (int i = 0; i < y.length; i++) {
                y[i] = 2 * x.getFirst()[i];
            }
        }

        @Override
        public void backward(List<float @Nullable []> dx, float[] dy, float[] y, List<float[]> x) {
            throw new AssertionError("only the forward pass is exported");
        }
    }

    private record UnknownModel() implements Model {
        @Override
        public Classifier build(Weights weights, Input input) {
            Linear fc = new Linear(weights.scope("fc"), input.features(), input.classes());
            return x -> fc.forward(new Doubled().apply(x.step(0)));
        }
    }

    @Test
    void aModelWithAnOpThatOnnxLacksIsRejectedInOneLine() {
        Recipe of = recipe("lstm-rows");
        Recipe recipe = new Recipe(of.about(), of.source(), of.published(), of.target(), of.seed(), of.epochs(),
                of.batch(),
                of.accumulate(), of.data(), new UnknownModel(), of.head(), of.loss(), of.optimizer(), of.groups(),
                of.schedule(), of.clip(), of.average());
        try (Experiment experiment = new Experiment(recipe, 1)) {
            assertThatThrownBy(() -> OnnxModel.of(experiment, OnnxOperators.OPSET_20, Map.of()))
                    .isInstanceOf(RunException.class)
                    .hasMessage("the custom op doubled cannot be exported to ONNX: let it implement OnnxNodes");
        }
    }

    private static OnnxSession exported(Experiment experiment) throws IOException, OrtException {
        return exported(experiment, OnnxOperators.OPSET_20, Map.of());
    }

    private static OnnxSession exported(Experiment experiment, OnnxOperators operators, Map<String, Object> provenance)
            throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        AtomicFile.write(file, ExportFormat.ONNX.of(experiment, operators, provenance)::writeTo);
        return new OnnxSession(file);
    }

    /** With weights in which nothing is zero, one or the identity any more. */
    private static Experiment disturbed(Recipe recipe) {
        Experiment experiment = new Experiment(recipe, 2);
        OtherWeights.write(experiment);
        return experiment;
    }

    /** The largest difference of a logit, as a part of what is allowed: 1e-5, or 1e-4 of the logit where that is more. */
    private static double furthest(Experiment experiment, OnnxSession session, int from, int count)
            throws OrtException {
        int[] examples = IntStream.range(from, from + count).toArray();
        boolean writes = experiment.network() instanceof Autoregressive;
        int length = writes ? experiment.recipe().data().canvas().longest() + 1 : 1;
        long[] words = new long[count * length]; // batch first, as ONNX has them
        int[] timeMajor = new int[count * length];
        for (int i = 0; i < words.length; i++) {
            words[i] = writes && i % length == 0
                    ? ((Autoregressive) experiment.network()).start()
                    : i * 7 % experiment.input().classes();
            timeMajor[i % length * count + i / length] = (int) words[i];
        }
        float[] theirs = session.logits(pixels(experiment.testPictures(), examples), count, writes ? words : null);
        float[] ours = logits(experiment, examples, timeMajor);
        assertThat(theirs).hasSameSizeAs(ours);
        int scores = ours.length / count / length;
        double furthest = 0;
        for (int i = 0; i < ours.length; i++) {
            int word = i / scores;
            float expected = ours[(word % length * count + word / length) * scores + i % scores];
            double part = Math.abs(theirs[i] - expected) / Math.max(1e-5, 1e-4 * Math.abs(expected));
            furthest = Math.max(furthest, part); // NaN stays
        }
        return furthest;
    }

    private static float[] pixels(Pictures pictures, int[] examples) {
        int size = pictures.height() * pictures.width();
        byte[] drawn = new byte[examples.length * size];
        for (int b = 0; b < examples.length; b++) {
            pictures.draw(examples[b], drawn, b * size);
        }
        float[] pixels = new float[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            pixels[i] = Byte.toUnsignedInt(drawn[i]) / 255f;
        }
        return pixels;
    }

    private static float[] logits(Experiment experiment, int[] examples, int[] words) {
        Batch batch = experiment.examples(Split.TEST).loader().batch(examples, 0, examples.length);
        try (Tape tape = experiment.engine().inference()) {
            Tensor x = experiment.read(tape, batch);
            return switch (experiment.network()) {
                case Classifier classifier -> classifier.forward(x).values();
                case Autoregressive writer -> writer.forward(writer.encode(x), words).values();
            };
        }
    }
}
