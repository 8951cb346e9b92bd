package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.weightedSum;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Sgd;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Activation;
import scanline.engine.tensor.Arithmetic;
import scanline.engine.tensor.Attention.Mask;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Nonlinearity;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Transformers and their layers against PyTorch's, in files that src/test/python/golden_attention.py wrote. */
class AttentionParityTest {
    private static final int STEPS = 5;
    private static final int FEATURES = 7;
    private static final int WIDTH = 8;
    private static final int HEADS = 2;
    private static final int HIDDEN = 12;
    private static final int DEPTH = 2;
    private static final int CLASSES = 10;

    @ParameterizedTest
    @MethodSource("attentions")
    void attentionIsThatOfPyTorch(String file) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, file);
                MultiHeadAttention attention = new MultiHeadAttention(layer.weights,
                        MultiHeadAttention.Options.shared(WIDTH, HEADS, 0, FirstValues.UNIFORM));
                Mask mask = file.contains("causal") ? Mask.CAUSAL : Mask.NONE;
                Mask padded = file.contains("lengths") ? mask.padded(layer.golden.integers("lengths")) : mask;
                Parameter query = layer.input("query");
                if (file.contains("cross")) {
                    Parameter memory = layer.input("memory");
                    layer.compare(tape -> {
                        Tensor x = onTape(tape, query);
                        Tensor y = onTape(tape, memory);
                        layer.golden.compare("weights", attention.weights(x, y, padded).values());
                        return attention.cross(x, y, padded);
                    });
                } else {
                    layer.compare(tape -> {
                        Tensor x = onTape(tape, query);
                        layer.golden.compare("weights", attention.weights(x, padded).values());
                        return attention.self(x, padded);
                    });
                }
            }
        }
    }

    /** All that there are. */
    static List<String> attentions() throws IOException {
        try (Stream<Path> files = Files.list(Golden.file("layer-attention").getParent())) {
            return files.map(file -> file.getFileName().toString().replace(".safetensors", ""))
                    .filter(name -> name.startsWith("layer-attention")).sorted().toList();
        }
    }

    @Test
    void allKindsOfAttentionAreCompared() throws IOException {
        assertThat(attentions()).containsExactly("layer-attention", "layer-attention-causal",
                "layer-attention-causal-lengths", "layer-attention-cross", "layer-attention-cross-lengths",
                "layer-attention-lengths");
    }

    @Test
    void layerNormIsThatOfPyTorch() throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, "layer-norm");
                LayerNorm norm = new LayerNorm(layer.weights, WIDTH);
                Parameter x = layer.input("x");
                layer.compare(tape -> norm.forward(onTape(tape, x)));
            }
        }
    }

    @Test
    void geluIsThatOfPyTorch() throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, "layer-gelu");
                Parameter x = layer.input("x");
                layer.compare(tape -> Activation.gelu(onTape(tape, x)));
            }
        }
    }

    @Test
    void anEmbeddingIsThatOfPyTorch() throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, "layer-embedding");
                Embedding embedding = new Embedding(layer.weights, 12, WIDTH);
                int[] words = layer.golden.integers("input.indices");
                Shape shape = layer.golden.shape("input.indices");
                layer.compare(tape -> embedding.forward(words, shape.size(0), shape.size(1),
                        tape.input(Shape.of(1), new float[1])));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit", "encoder-positions-first", "encoder-mean"})
    void logitsLossAndEveryGradientAreThoseOfPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                golden(backend, model).comparePasses();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit", "encoder-positions-first", "encoder-mean"})
    void theWeightsAfterTenStepsAreThoseOfPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                compareTraining(golden(backend, model));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit", "encoder-positions-first", "encoder-mean"})
    void nothingInTheGoldenFilesIsLeftUncompared(String model) throws IOException {
        GoldenModel golden = golden(new ReferenceBackend(), model);
        golden.comparePasses();
        compareTraining(golden);
        golden.assertNothingIsLeft();
    }

    private static void compareTraining(GoldenModel golden) throws IOException {
        golden.compareTraining("sgd", new Sgd(0.1, 0, false, 0), Clipping.None.DEFAULT);
    }

    private static GoldenModel golden(Backend backend, String model) throws IOException {
        return new GoldenModel(backend, model, model.equals("vit")
                ? AttentionParityTest::vit
                : weights -> encoder(weights, model.contains("positions"), model.contains("mean")));
    }

    /** As the lab has it. */
    private static UnaryOperator<Tensor> vit(Weights weights) {
        PatchEmbedding embedding = new PatchEmbedding(weights.scope("embedding"), FEATURES, WIDTH);
        ClassToken token = new ClassToken(weights, WIDTH);
        Positions positions = new Positions(weights, 1 + STEPS, WIDTH);
        UnaryOperator<Tensor> blocks = blocks(weights, new EncoderBlock.Options(
                new MultiHeadAttention.Options(WIDTH, HEADS, 6, false, 0, FirstValues.UNIFORM, FirstValues.UNIFORM),
                HIDDEN,
                Nonlinearity.GELU, true, FirstValues.UNIFORM));
        LayerNorm norm = new LayerNorm(weights.scope("norm"), WIDTH);
        Linear fc = new Linear(weights.scope("fc"), WIDTH, CLASSES);
        return x -> fc.forward(norm.forward(Shaping.step(
                blocks.apply(positions.forward(token.forward(embedding.forward(x)))), 0)));
    }

    /** As the lab has it. */
    private static UnaryOperator<Tensor> encoder(Weights weights, boolean places, boolean mean) {
        Linear embedding = new Linear(weights.scope("embedding"), FEATURES, WIDTH);
        UnaryOperator<Tensor> positions = places ? new Positions(weights, STEPS, WIDTH)::forward : x -> x;
        UnaryOperator<Tensor> blocks = blocks(weights, new EncoderBlock.Options(
                MultiHeadAttention.Options.shared(WIDTH, HEADS, 0, FirstValues.UNIFORM), HIDDEN, Nonlinearity.RELU,
                false, FirstValues.UNIFORM));
        Linear fc = new Linear(weights.scope("fc"), WIDTH, CLASSES);
        return x -> {
            Tensor y = blocks.apply(positions.apply(embedding.forward(x)));
            return fc.forward(mean ? Arithmetic.meanOverSteps(y) : Shaping.step(y, 0));
        };
    }

    private static UnaryOperator<Tensor> blocks(Weights weights, EncoderBlock.Options options) {
        List<EncoderBlock> blocks = IntStream.range(0, DEPTH)
                .mapToObj(l -> new EncoderBlock(weights.scope("layers." + l), options)).toList();
        return x -> {
            Tensor y = x;
            for (EncoderBlock block : blocks) {
                y = block.forward(y, Mask.NONE);
            }
            return y;
        };
    }

    /** A layer of a golden file: its parameters, its inputs, what comes out of them, and every gradient. */
    private static final class Layer {
        private final Golden golden;
        private final Weights weights;
        private final Weights inputs;

        Layer(Backend backend, String file) throws IOException {
            golden = new Golden(file);
            weights = new Weights(backend, 1);
            inputs = new Weights(backend, 1);
        }

        /** An input, to which a gradient flows. */
        Parameter input(String name) {
            return inputs.zeros(name, golden.shape("input." + name));
        }

        /** Compares output and gradients; nothing in the file is left uncompared. */
        void compare(Function<Tape, Tensor> forward) throws IOException {
            golden.restore("parameter.", weights);
            golden.restore("input.", inputs);
            try (Tape tape = Tape.training(new Memory(weights.backend()), RandomKey.of(1, "none"))) {
                Tensor y = forward.apply(tape);
                golden.compare("output", y.values());
                tape.backward(weightedSum(y, golden.values("upstream")));
            }
            golden.compareGradients("gradient.", weights);
            golden.compareGradients("gradient.input.", inputs);
            golden.assertNothingIsLeft();
        }
    }
}
