package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertSameBits;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.geometry.CellKind;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

/** Whole models with frozen parameters, layers and parts: the rest learns as it would otherwise. */
class FrozenPartsTest {
    private static final CpuBackend CPU = new CpuBackend(2);

    @AfterAll
    static void close() {
        CPU.close();
    }

    /** A model before its first step. */
    private record Model(Weights weights, Runnable backward, Runnable step) {}

    /** How to build a model, and patterns of its layers and parts. */
    private record Builder(String name, List<String> parts, Supplier<Model> build) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Model model(Classifier classifier) {
        return new Model(classifier.weights(), classifier::backward, classifier::step);
    }

    static Stream<Builder> builders() {
        Stream<Builder> recurrent = Stream.of(CellKind.values()).map(kind -> new Builder(kind.name(),
                kind == CellKind.LEM
                        ? List.of("lem.*", "lem.l0.*", "lem.l1.*", "fc.*", "*.bias", "*.weight", "*inp*", "*z2y*")
                        : List.of(kind.layer() + ".*", "*_l0", "*_l1", "fc.*", "*.bias*", "*.weight*", "*ih*"),
                () -> model(Classifier.recurrent(CPU, kind, 9, 5, 3, 7))));
        Stream<Builder> blocks = Stream.of(SequenceBlock.Options.S5, SequenceBlock.Options.LRU,
                SequenceBlock.Options.S4D)
                .map(options -> new Builder("blocks, " + options.gate() + " gate",
                        List.of("encoder.*", "layers.0.*", "layers.*.seq.*", "*norm*", "*out*", "fc.*", "*.bias*"),
                        () -> model(new Classifier(CPU, Shape.of(9, 5, 3), weights -> {
                            SequenceStack stack = new SequenceStack(weights, 3, 7, 2,
                                    scope -> Recurrent.gru(scope, 7, 7).asSequenceLayer(), options, Readout.MEAN);
                            Linear fc = new Linear(weights.scope("fc"), 7, Classifier.CLASSES);
                            return x -> fc.forward(stack.forward(x));
                        }))));
        return Stream.concat(Stream.concat(recurrent, blocks), Stream.of(
                new Builder("transformer", List.of("embedding.*", "layers.0.*", "layers.1.*", "layers.*", "*.bias",
                        "*norm*", "*attn*", "*linear*", "*.in_proj*"),
                        () -> model(TransformerClassifier.of(CPU, 5, 3, 4, 8, 2, 3))),
                new Builder("images", List.of("conv1.*", "bn1.*", "*1.*", "conv*", "bn*", "*.bias", "fc.*"), () -> {
                    ImageClassifier images = new ImageClassifier(CPU, 4, 12, 10, 3, 5);
                    return new Model(images.weights(), images::backward, images::step);
                })));
    }

    @ParameterizedTest
    @MethodSource("builders")
    void theRestHasTheSameGradientsAndWhatIsFrozenKeepsItsValues(Builder builder) {
        Model whole = builder.build.get();
        whole.backward.run();
        Map<String, float[]> expected = new LinkedHashMap<>();
        whole.weights.parameters().forEach(parameter -> expected.put(parameter.name(), parameter.gradients()));
        List<String> patterns = new ArrayList<>(expected.keySet());
        patterns.addAll(builder.parts);
        for (String pattern : patterns) {
            Model model = builder.build.get();
            Map<String, float[]> before = new LinkedHashMap<>();
            model.weights.parameters().forEach(parameter -> before.put(parameter.name(), parameter.values()));
            int frozen = model.weights.freeze(pattern);
            model.backward.run();
            assertThat(model.weights.learned()).hasSize(expected.size() - frozen);
            for (Parameter parameter : model.weights.learned()) {
                assertSameBits(pattern + " frozen, " + parameter.name(), parameter.gradients(),
                        expected.get(parameter.name()));
            }
            model.step.run();
            for (Parameter parameter : model.weights.parameters()) {
                if (parameter.needsGradient()) {
                    assertThat(parameter.values()).as(parameter.name()).isNotEqualTo(before.get(parameter.name()));
                } else {
                    assertSameBits(parameter.name(), parameter.values(), before.get(parameter.name()));
                }
            }
        }
    }
}
