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
import scanline.engine.backend.Backend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Sgd;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
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
    private static final int WORDS = 4;
    private static final int VOCABULARY = 12;
    // Those of PyTorch's layers by default.
    private static final EncoderBlock.Options OPTIONS = options(false);

    @ParameterizedTest
    @MethodSource("attentions")
    void attentionMatchesPyTorch(String file) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, file);
                MultiHeadAttention attention = new MultiHeadAttention(layer.weights,
                        MultiHeadAttention.Options.shared(WIDTH, HEADS, 0, Initializer.UNIFORM));
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
    void layerNormMatchesPyTorch() throws IOException {
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
    void geluMatchesPyTorch() throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, "layer-gelu");
                Parameter x = layer.input("x");
                layer.compare(tape -> onTape(tape, x).gelu());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void decoderBlocksMatchPyTorch(boolean normFirst) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, normFirst ? "layer-decoder-norm-first" : "layer-decoder");
                DecoderBlock block = new DecoderBlock(layer.weights, options(normFirst));
                Parameter steps = layer.input("x");
                Parameter memory = layer.input("memory");
                layer.compare(tape -> {
                    Tensor x = onTape(tape, steps);
                    Tensor y = onTape(tape, memory);
                    DecoderBlock.Attended weights = block.weights(x, y, Mask.CAUSAL);
                    layer.golden.compare("own", weights.own().values());
                    layer.golden.compare("cross", weights.cross().values());
                    return block.forward(x, y, Mask.CAUSAL);
                });
            }
        }
    }

    @Test
    void binaryCrossEntropyMatchesPyTorch() throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Layer layer = new Layer(backend, "layer-binary-cross-entropy");
                Parameter x = layer.input("x");
                int[] ones = layer.golden.integers("targets");
                boolean[] targets = new boolean[ones.length];
                for (int i = 0; i < targets.length; i++) {
                    targets[i] = ones[i] == 1;
                }
                layer.compare(tape -> Losses.binaryCrossEntropy(onTape(tape, x), targets));
            }
        }
    }

    @Test
    void embeddingsMatchPyTorch() throws IOException {
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
    @ValueSource(strings = {"vit", "encoder-positions-first", "encoder-mean", "seq2seq"})
    void logitsLossAndAllGradientsMatchPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                golden(backend, model).comparePasses();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit", "encoder-positions-first", "encoder-mean", "seq2seq"})
    void theWeightsAfterTenStepsMatchPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                compareTraining(golden(backend, model));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit", "encoder-positions-first", "encoder-mean", "seq2seq"})
    void everythingInTheGoldenFilesIsCompared(String model) throws IOException {
        GoldenModel golden = golden(new ReferenceBackend(), model);
        golden.comparePasses();
        compareTraining(golden);
        golden.assertEverythingWasCompared();
    }

    private static void compareTraining(GoldenModel golden) throws IOException {
        golden.compareTraining("sgd", new Sgd(0.1, 0, false, 0), Clipping.None.DEFAULT);
    }

    private static GoldenModel golden(Backend backend, String model) throws IOException {
        return switch (model) {
            case "vit" -> new GoldenModel(backend, model, AttentionParityTest::vit);
            case "seq2seq" -> new GoldenModel(backend, model, AttentionParityTest::seq2seq);
            default -> new GoldenModel(backend, model,
                    weights -> encoder(weights, model.contains("positions"), model.contains("mean")));
        };
    }

    /** Steps are read by an encoder, words by a decoder that attends to what the encoder makes of them. */
    private static UnaryOperator<Tensor> seq2seq(Weights weights, Golden golden) {
        Weights encoder = weights.scope("encoder");
        Linear embedding = new Linear(encoder.scope("embedding"), FEATURES, WIDTH);
        Positions places = new Positions(encoder, STEPS + 1, WIDTH);
        UnaryOperator<Tensor> encoderBlocks = blocks(encoder, OPTIONS);
        Weights decoder = weights.scope("decoder");
        Embedding wordEmbedding = new Embedding(decoder.scope("embedding"), VOCABULARY, WIDTH);
        Positions wordPlaces = new Positions(decoder, WORDS + 2, WIDTH);
        List<DecoderBlock> decoderBlocks = IntStream.range(0, DEPTH)
                .mapToObj(l -> new DecoderBlock(decoder.scope("layers." + l), OPTIONS)).toList();
        Linear fc = new Linear(weights.scope("fc"), WIDTH, VOCABULARY);
        return x -> {
            Tensor memory = encoderBlocks.apply(places.forward(embedding.forward(x)));
            int batch = x.shape().size(1);
            Tensor y = wordPlaces.forward(wordEmbedding.forward(golden.integers("words"), WORDS, batch, x));
            for (DecoderBlock block : decoderBlocks) {
                y = block.forward(y, memory, Mask.CAUSAL);
            }
            return fc.forward(y);
        };
    }

    /** As the lab has it. */
    private static UnaryOperator<Tensor> vit(Weights weights) {
        PatchEmbedding embedding = new PatchEmbedding(weights.scope("embedding"), FEATURES, WIDTH);
        ClassToken token = new ClassToken(weights, WIDTH);
        Positions positions = new Positions(weights, 1 + STEPS, WIDTH);
        UnaryOperator<Tensor> blocks = blocks(weights, new EncoderBlock.Options(
                new MultiHeadAttention.Options(WIDTH, HEADS, 6, false, 0, Initializer.UNIFORM, Initializer.UNIFORM),
                HIDDEN,
                Nonlinearity.GELU, true, Initializer.UNIFORM));
        LayerNorm norm = new LayerNorm(weights.scope("norm"), WIDTH);
        Linear fc = new Linear(weights.scope("fc"), WIDTH, CLASSES);
        return x -> fc
                .forward(norm.forward(blocks.apply(positions.forward(token.forward(embedding.forward(x)))).step(0)));
    }

    /** As the lab has it. */
    private static UnaryOperator<Tensor> encoder(Weights weights, boolean places, boolean mean) {
        Linear embedding = new Linear(weights.scope("embedding"), FEATURES, WIDTH);
        UnaryOperator<Tensor> positions = places ? new Positions(weights, STEPS, WIDTH)::forward : x -> x;
        UnaryOperator<Tensor> blocks = blocks(weights, OPTIONS);
        Linear fc = new Linear(weights.scope("fc"), WIDTH, CLASSES);
        return x -> {
            Tensor y = blocks.apply(positions.apply(embedding.forward(x)));
            return fc.forward(mean ? y.meanOverSteps() : y.step(0));
        };
    }

    private static EncoderBlock.Options options(boolean normFirst) {
        return new EncoderBlock.Options(MultiHeadAttention.Options.shared(WIDTH, HEADS, 0, Initializer.UNIFORM), HIDDEN,
                Nonlinearity.RELU, normFirst, Initializer.UNIFORM);
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
            weights = new Engine(backend).weights(1);
            inputs = new Engine(backend).weights(1);
        }

        /** An input, to which a gradient flows. */
        Parameter input(String name) {
            return inputs.zeros(name, golden.shape("input." + name));
        }

        /** Compares output and gradients; nothing in the file is left uncompared. */
        void compare(Function<Tape, Tensor> forward) throws IOException {
            golden.restore("parameter.", weights);
            golden.restore("input.", inputs);
            try (Tape tape = new Engine(weights.backend()).training(RandomKey.of(1, "none"))) {
                Tensor y = forward.apply(tape);
                golden.compare("output", y.values());
                tape.backward(weightedSum(y, golden.values("upstream")));
            }
            golden.compareGradients("gradient.", weights);
            golden.compareGradients("gradient.input.", inputs);
            golden.assertEverythingWasCompared();
        }
    }
}
