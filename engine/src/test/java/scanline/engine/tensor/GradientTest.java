package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.onTape;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.tensor.Attention.Heads;
import scanline.engine.tensor.Attention.Mask;
import scanline.engine.tensor.Normalisation.BatchNorm;
import scanline.engine.tensor.Recurrence.RecurrentWeights;
import scanline.engine.tensor.Recurrence.State;
import scanline.engine.tensor.Sequences.Output;

/** Every op's gradient against central differences. */
class GradientTest {
    private static final double TOLERANCE = 1e-3;

    private interface Formula {
        Tensor of(List<Tensor> sources);
    }

    /** An op, named as its class and method, applied to sources of given shapes. */
    private record Op(String name, Formula formula, int[]... shapes) {
        @Override
        public String toString() {
            return name + Stream.of(shapes).map(shape -> Shape.of(shape).toString()).collect(Collectors.joining());
        }
    }

    static Stream<Op> ops() {
        int[] labels = {2, 0, 6, 2, 1};
        int[] someLabels = {2, Losses.IGNORED, 6, Losses.IGNORED, Losses.IGNORED, 1};
        List<Op> ops = new ArrayList<>(List.of(
                new Op("Arithmetic.add", s -> Arithmetic.add(s.get(0), s.get(1)), shape(3, 5), shape(3, 5)),
                new Op("Arithmetic.add", s -> Arithmetic.add(s.get(0), s.get(0)), shape(17)),
                new Op("Arithmetic.subtract", s -> Arithmetic.subtract(s.get(0), s.get(1)), shape(3, 5), shape(3, 5)),
                new Op("Arithmetic.multiply", s -> Arithmetic.multiply(s.get(0), s.get(1)), shape(33), shape(33)),
                new Op("Arithmetic.multiply", s -> Arithmetic.multiply(s.get(0), s.get(0)), shape(2, 3)),
                new Op("Arithmetic.scale", s -> Arithmetic.scale(s.get(0), -1.7f), shape(3, 5)),
                new Op("Arithmetic.addToExamples", s -> Arithmetic.addToExamples(s.get(0), s.get(1)), shape(3, 2, 5),
                        shape(3, 5)),
                new Op("Arithmetic.meanOverSteps", s -> Arithmetic.meanOverSteps(s.get(0)), shape(5, 2, 3)),
                new Op("Activation.gelu", s -> Activation.gelu(s.get(0)), shape(3, 13)),
                new Op("Normalisation.layer", s -> Normalisation.layer(s.get(0), s.get(1), s.get(2), 0.1f),
                        shape(3, 2, 17), shape(17), shape(17)),
                new Op("Normalisation.layer", s -> Normalisation.layer(s.get(0), s.get(1), s.get(2), 0.1f),
                        shape(300, 3), shape(3), shape(3)),
                new Op("Activation.sigmoid", s -> Activation.sigmoid(s.get(0)), shape(3, 13)),
                new Op("Activation.tanh", s -> Activation.tanh(s.get(0)), shape(3, 13)),
                new Op("Activation.relu", s -> Activation.relu(s.get(0)), shape(3, 13)),
                new Op("Activation.softmax", s -> Activation.softmax(s.get(0)), shape(3, 2, 7)),
                new Op("Products.linear", s -> Products.linear(s.get(0), s.get(1), s.get(2)), shape(3, 5), shape(7, 5),
                        shape(7)),
                new Op("Products.linear", s -> Products.linear(s.get(0), s.get(1), null), shape(2, 3, 5), shape(4, 5)),
                new Op("Shaping.step", s -> Shaping.step(s.get(0), 1), shape(3, 2, 5)),
                new Op("Shaping.columns", s -> Shaping.columns(s.get(0), 2, 5), shape(3, 2, 7)),
                new Op("Shaping.stack", s -> Shaping.stack(List.of(s.get(0), s.get(1), s.get(0))), shape(2, 3),
                        shape(2, 3)),
                new Op("Shaping.reverse", s -> Shaping.reverse(s.get(0)), shape(3, 2, 5)),
                new Op("Shaping.concat", s -> Shaping.concat(s.get(0), s.get(1)), shape(3, 2, 5), shape(3, 2, 4)),
                new Op("Shaping.repeat", s -> Shaping.repeat(s.get(0), 3, s.get(0)), shape(5)),
                new Op("Shaping.swap", s -> Shaping.swap(s.get(0)), shape(3, 2, 5)),
                new Op("Shaping.transpose", s -> Shaping.transpose(s.get(0)), shape(3, 5)),
                new Op("Shaping.rows", s -> Shaping.rows(s.get(0), 1, 3, s.get(0)), shape(4, 5)),
                new Op("Shaping.prepend", s -> Shaping.prepend(s.get(0), s.get(1)), shape(5), shape(3, 2, 5)),
                new Op("Shaping.lookUp", s -> Shaping.lookUp(s.get(0), new int[] {2, 0, 2, 1, 2, 2}, Shape.of(3, 2),
                        s.get(0)), shape(3, 5)),
                new Op("Shaping.append", s -> Shaping.append(s.get(0), s.get(1)), shape(3, 2, 5), shape(1, 2, 5)),
                new Op("Shaping.append", s -> Shaping.append(s.get(0), s.get(0)), shape(3, 2, 5)),
                new Op("Shaping.examples", s -> Shaping.examples(s.get(0), new int[] {2, 0, 2, 2, 3}), shape(3, 4, 5)),
                new Op("Images.ofRows", s -> Images.ofRows(s.get(0)), shape(3, 2, 5)),
                new Op("Images.flatten", s -> Images.flatten(s.get(0)), shape(2, 3, 2, 5)),
                new Op("Convolutions.conv2d", s -> Convolutions.conv2d(s.get(0), s.get(1), s.get(2), 1, 1),
                        shape(2, 4, 5, 3), shape(4, 3, 3, 3), shape(4)),
                new Op("Convolutions.conv2d", s -> Convolutions.conv2d(s.get(0), s.get(1), s.get(2), 2, 1),
                        shape(2, 5, 4, 17), shape(2, 17, 2, 3), shape(2)),
                new Op("Pooling.max", s -> Pooling.max(s.get(0), 2, 2), shape(3, 5, 5, 3)),
                new Op("Pooling.average", s -> Pooling.average(s.get(0), 3, 2), shape(2, 5, 6, 3)),
                new Op("Normalisation.batchNorm", s -> Normalisation.batchNorm(s.get(0), norm(s), false),
                        shape(3, 4, 5, 3), shape(3), shape(3)),
                new Op("Normalisation.batchNorm", s -> Normalisation.batchNorm(s.get(0), norm(s), true),
                        shape(1, 4, 5, 3), shape(3), shape(3)),
                new Op("Normalisation.batchNormReluMaxPool",
                        s -> Normalisation.batchNormReluMaxPool(s.get(0), norm(s)), shape(1, 3, 5, 3), shape(3),
                        shape(3)),
                new Op("Normalisation.composed", s -> Normalisation.composed(s.get(0), norm(s)), shape(1, 3, 5, 3),
                        shape(3), shape(3)),
                new Op("Noise.dropout", s -> Noise.dropout(s.get(0), 0.3f), shape(5, 7)),
                new Op("Losses.crossEntropy", s -> Losses.crossEntropy(s.get(0), labels, 0f), shape(5, 7)),
                new Op("Losses.crossEntropy", s -> Losses.crossEntropy(s.get(0), labels, 0.1f), shape(5, 7)),
                new Op("Losses.crossEntropy", s -> Losses.crossEntropy(s.get(0), someLabels, 0.1f), shape(2, 3, 7)),
                new Op("Losses.binaryCrossEntropy",
                        s -> Losses.binaryCrossEntropy(s.get(0), new boolean[] {true, false, false, true, true, false}),
                        shape(2, 3))));
        for (Recurrence kind : Recurrence.values()) {
            int g = 5 * kind.gates();
            int[][] shapes = {{4, 3, 2}, {g, 2}, {g, 5}, {g}, {g}, {3, 5}, {3, 5}};
            for (Output output : Output.values()) {
                ops.add(new Op("Sequences.recurrent",
                        s -> Sequences.recurrent(s.get(0), weights(kind, s), state(kind, s), output, true), shapes));
                ops.add(new Op("Sequences.recurrent",
                        s -> Sequences.recurrent(s.get(0), weights(kind, s), state(kind, s), output, false), shapes));
                ops.add(new Op("Sequences.composed",
                        s -> Sequences.composed(s.get(0), weights(kind, s), state(kind, s), output), shapes));
            }
        }
        for (Mask mask : List.of(Mask.NONE, Mask.CAUSAL.padded(3, 2))) {
            for (float dropout : new float[] {0f, 0.3f}) {
                ops.add(new Op("Attention.attend", s -> Attention.attend(new Heads(s.get(0), 1), new Heads(s.get(1), 0),
                        new Heads(s.get(1), 4), 2, 2, mask, dropout), shape(4, 2, 5), shape(3, 2, 8)));
                ops.add(new Op("Attention.composed", s -> Attention.composed(new Heads(s.get(0), 1),
                        new Heads(s.get(1), 0), new Heads(s.get(1), 4), 2, 2, mask, dropout), shape(4, 2, 5),
                        shape(3, 2, 8)));
            }
            ops.add(new Op("Attention.self", s -> Attention.self(s.get(0), projections(s), 2, 3, mask, 0.3f),
                    shape(4, 2, 5), shape(18, 5), shape(18), shape(5, 6), shape(5)));
            ops.add(new Op("Attention.composedSelf",
                    s -> Attention.composedSelf(s.get(0), projections(s), 2, 3, mask, 0.3f), shape(4, 2, 5),
                    shape(18, 5), shape(18), shape(5, 6), shape(5)));
            ops.add(new Op("Attention.weights", s -> Attention.weights(new Heads(s.get(0), 0), new Heads(s.get(0), 6),
                    3, 2, mask), shape(4, 2, 12)));
        }
        for (Nonlinearity f : Nonlinearity.values()) {
            // So few sums that none is near 0, where a ReLU has no slope to compare with.
            int[][] shapes = {{2, 5}, {3, 5}, {3}, {5, 3}, {5}};
            ops.add(new Op("Perceptron.forward", s -> Perceptron.forward(s.get(0), layers(s), f, 0.3f), shapes));
            ops.add(new Op("Perceptron.composed", s -> Perceptron.composed(s.get(0), layers(s), f, 0.3f), shapes));
        }
        return ops.stream();
    }

    private static Attention.Projections projections(List<Tensor> s) {
        return new Attention.Projections(s.get(1), s.get(2), s.get(3), s.get(4));
    }

    private static Perceptron.Layers layers(List<Tensor> s) {
        return new Perceptron.Layers(s.get(1), s.get(2), s.get(3), s.get(4));
    }

    /** A batch normalisation by what the second and the third source hold, with statistics of its own. */
    private static BatchNorm norm(List<Tensor> s) {
        Weights state = new Weights(Tape.of(s.get(0)).backend(), 1);
        return new BatchNorm(s.get(1), s.get(2), state.statistic("mean", s.get(1).shape(), 0),
                state.statistic("variance", s.get(1).shape(), 1), 0.1f, 0.01f);
    }

    private static RecurrentWeights weights(Recurrence kind, List<Tensor> s) {
        return new RecurrentWeights(kind, s.get(1), s.get(2), s.get(3), s.get(4));
    }

    private static State state(Recurrence kind, List<Tensor> s) {
        return new State(s.get(5), kind.hasCellState() ? s.get(6) : null);
    }

    private static int[] shape(int... sizes) {
        return sizes;
    }

    @ParameterizedTest
    @MethodSource("ops")
    void theGradientIsThatOfCentralDifferences(Op op) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            assertThat(error(op, cpu)).isLessThan(TOLERANCE);
            assertThat(error(op, new ReferenceBackend())).isLessThan(TOLERANCE);
        }
    }

    @Test
    void everyOpIsChecked() throws IOException, ReflectiveOperationException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> classes = Files.list(Path.of(URI.create(Tape.class.getResource("Tape.class").toString()))
                .getParent())) {
            for (Path file : classes.toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                for (Method method : Class.forName("scanline.engine.tensor." + name).getDeclaredMethods()) {
                    int flags = method.getModifiers();
                    if (Modifier.isPublic(flags) && Modifier.isStatic(flags)
                            && method.getReturnType() == Tensor.class) {
                        names.add(name + "." + method.getName());
                    }
                }
            }
        }
        assertThat(names).contains("Sequences.recurrent", "Losses.crossEntropy");
        assertThat(ops().map(Op::name).collect(Collectors.toSet())).isEqualTo(names);
    }

    /** A duty, which of its outputs is negated, and an op that must notice. */
    private record SignError(String duty, int output, String op) {}

    static Stream<SignError> signErrors() {
        return Stream.of(new SignError("accumulate", 0, "Arithmetic.add"),
                new SignError("accumulate", 0, "Shaping.step"),
                new SignError("accumulate", 0, "Shaping.columns"),
                new SignError("accumulate", 0, "Shaping.stack"),
                new SignError("accumulate", 0, "Shaping.append"),
                new SignError("accumulate", 0, "Shaping.examples"),
                new SignError("subtractGradient", 0, "Arithmetic.subtract"),
                new SignError("multiplyGradient", 0, "Arithmetic.multiply"),
                new SignError("sigmoidGradient", 0, "Activation.sigmoid"),
                new SignError("tanhGradient", 0, "Activation.tanh"),
                new SignError("reluGradient", 0, "Activation.relu"),
                new SignError("geluGradient", 0, "Activation.gelu"),
                new SignError("layerNormGradient", 0, "Normalisation.layer"),
                new SignError("layerNormGradient", 1, "Normalisation.layer"),
                new SignError("layerNormGradient", 2, "Normalisation.layer"),
                new SignError("attendGradient", 0, "Attention.attend"),
                new SignError("attendGradient", 1, "Attention.attend"),
                new SignError("attendGradient", 2, "Attention.attend"),
                new SignError("selfAttendGradient", 0, "Attention.self"),
                new SignError("selfAttendGradient", 1, "Attention.self"),
                new SignError("perceptronGradient", 0, "Perceptron.forward"),
                new SignError("perceptronGradient", 1, "Perceptron.forward"),
                new SignError("softmaxGradient", 0, "Activation.softmax"),
                new SignError("dropoutGradient", 0, "Noise.dropout"),
                new SignError("crossEntropyGradient", 0, "Losses.crossEntropy"),
                new SignError("crossEntropyGradient", 0, "Losses.binaryCrossEntropy"),
                new SignError("accumulate", 0, "Losses.binaryCrossEntropy"),
                new SignError("linearGradient", 0, "Products.linear"),
                new SignError("linearGradient", 1, "Products.linear"),
                new SignError("linearGradient", 2, "Products.linear"),
                new SignError("accumulate", 0, "Images.ofRows"),
                new SignError("transposeGradient", 0, "Images.flatten"),
                new SignError("convolutionGradient", 0, "Convolutions.conv2d"),
                new SignError("convolutionGradient", 1, "Convolutions.conv2d"),
                new SignError("convolutionGradient", 2, "Convolutions.conv2d"),
                new SignError("maxPoolGradient", 0, "Pooling.max"),
                new SignError("averagePoolGradient", 0, "Pooling.average"),
                new SignError("batchNormGradient", 0, "Normalisation.batchNorm"),
                new SignError("batchNormGradient", 1, "Normalisation.batchNorm"),
                new SignError("batchNormGradient", 2, "Normalisation.batchNorm"),
                new SignError("maxPoolGradient", 0, "Normalisation.composed"),
                new SignError("batchNormPoolGradient", 0, "Normalisation.batchNormReluMaxPool"),
                new SignError("batchNormPoolGradient", 1, "Normalisation.batchNormReluMaxPool"),
                new SignError("batchNormPoolGradient", 2, "Normalisation.batchNormReluMaxPool"),
                new SignError("tanhGradient", 0, "Sequences.composed"),
                new SignError("recurrentGradient", 0, "Sequences.recurrent"),
                new SignError("recurrentGradient", 1, "Sequences.recurrent"),
                new SignError("recurrentGradient", 2, "Sequences.recurrent"),
                new SignError("recurrentGradient", 3, "Sequences.recurrent"),
                new SignError("recurrentGradient", 4, "Sequences.recurrent"),
                new SignError("recurrentGradient", 5, "Sequences.recurrent"),
                new SignError("recurrentGradient", 6, "Sequences.recurrent"));
    }

    @ParameterizedTest
    @MethodSource("signErrors")
    void aPlantedSignErrorIsFound(SignError planted) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            Backend wrong = CentralDifferences.withSignError(cpu, planted.duty, planted.output);
            assertThat(ops().filter(op -> op.name.equals(planted.op)).mapToDouble(op -> error(op, wrong)).max()
                    .orElseThrow()).isGreaterThan(100 * TOLERANCE);
        }
    }

    @Test
    void aSignErrorIsPlantedInEveryGradientDuty() {
        Set<String> duties = Stream.of(Backend.class, RecurrentSequences.class, FusedAttention.class,
                FusedPerceptron.class, PooledNormalisation.class)
                .flatMap(type -> Stream.of(type.getMethods()))
                .map(Method::getName).filter(name -> name.endsWith("Gradient")).collect(Collectors.toSet());
        duties.add("accumulate");
        assertThat(signErrors().map(SignError::duty).collect(Collectors.toSet())).isEqualTo(duties);
    }

    private static double error(Op op, Backend backend) {
        Weights weights = new Weights(backend, 1);
        List<Parameter> sources = new ArrayList<>();
        for (int i = 0; i < op.shapes.length; i++) {
            sources.add(weights.uniform("source" + i, Shape.of(op.shapes[i]), 1));
        }
        return CentralDifferences.error(weights,
                tape -> op.formula.of(sources.stream().map(source -> onTape(tape, source)).toList()));
    }
}
