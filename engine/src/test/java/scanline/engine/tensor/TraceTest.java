package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.nn.EncoderBlock;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Linear;
import scanline.engine.nn.MultiHeadAttention;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.Sequential;

class TraceTest {
    private static final Engine ENGINE = new Engine(new CpuBackend(1));

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @Test
    void theOperationsAreRecordedWithTheirShapesParametersAndFlops() {
        Weights weights = ENGINE.weights(1);
        Sequential model = new Sequential(new Linear(weights.scope("in"), 3, 5), Tensor::relu,
                new Linear(weights.scope("out"), 5, 2));
        try (Tape tape = ENGINE.inference()) {
            Tensor x = tape.input(Shape.of(7, 3), new float[21]);
            Trace trace = tape.startTrace();
            Tensor y = model.forward(x);
            assertThat(trace.steps()).extracting(Trace.Step::toString).containsExactly(
                    "linear [[7, 3], [5, 3], [5]] -> [7, 5]", "relu [[7, 5]] -> [7, 5]",
                    "linear [[7, 5], [2, 5], [2]] -> [7, 2]");
            assertThat(trace.steps().getFirst().inputs().getFirst()).isSameAs(x);
            assertThat(trace.steps().getLast().output()).isSameAs(y);
            assertThat(trace.steps().getFirst().parameters()).extracting(Parameter::name).containsExactly("in.weight",
                    "in.bias");
            assertThat(trace.layers()).extracting(layer -> layer.info().name() + ": " + layer.info().description() + " "
                    + layer.output() + " " + layer.parameters() + " " + layer.flops()).containsExactly(
                            "in: Linear 3 to 5 [7, 5] 20 210", "out: Linear 5 to 2 [7, 2] 12 140");
        }
    }

    @Test
    void whatCameBeforeTheTraceIsNotInIt() {
        try (Tape tape = ENGINE.inference()) {
            Tensor x = tape.input(Shape.of(2), new float[2]).relu();
            Trace trace = tape.startTrace();
            x.tanh();
            assertThat(trace.steps()).extracting(step -> step.op().label()).containsExactly("tanh");
        }
    }

    @Test
    void aFusedOperationIsOneOperationOnEveryBackend() {
        List<String> fused = steps(ENGINE);
        try (Engine reference = new Engine(new ReferenceBackend())) {
            assertThat(steps(reference)).isEqualTo(fused);
        }
        assertThat(fused).contains("recurrent [[3, 2, 4], [16, 4], [16, 4], [16], [16], [2, 4], [2, 4]] -> [3, 2, 4]")
                .anyMatch(step -> step.startsWith("selfAttention")).anyMatch(step -> step.startsWith("feedForward"));
    }

    private static List<String> steps(Engine engine) {
        Weights weights = engine.weights(1);
        EncoderBlock block = new EncoderBlock(weights.scope("block"), new EncoderBlock.Options(
                MultiHeadAttention.Options.shared(4, 2, 0, Initializer.UNIFORM), 8, Nonlinearity.GELU, true,
                Initializer.UNIFORM));
        Recurrent lstm = Recurrent.lstm(weights.scope("lstm"), 4, 4);
        try (Tape tape = engine.inference()) {
            Tensor x = tape.input(Shape.of(3, 2, 4), new float[24]);
            Trace trace = tape.startTrace();
            lstm.forward(block.forward(x, Mask.NONE), Sequences.Output.ALL_STEPS);
            assertThat(trace.layers()).extracting(layer -> layer.info().name()).containsExactly("block", "lstm.l0");
            return trace.steps().stream().map(Trace.Step::toString).toList();
        }
    }

    @Test
    void theTimesOfATrainingPassIncludeItsBackwardPass() {
        Weights weights = ENGINE.weights(1);
        Linear layer = new Linear(weights.scope("fc"), 300, 200);
        try (Tape tape = ENGINE.training(1)) {
            Trace trace = tape.startTrace();
            Tensor loss = layer.forward(tape.input(Shape.of(500, 300), new float[150_000])).sum();
            long forward = trace.layers().getFirst().nanos();
            loss.backward();
            assertThat(forward).isPositive();
            assertThat(trace.layers().getFirst().nanos()).isGreaterThan(forward);
        }
    }
}
