package scanline.engine.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.backend.Backend;
import scanline.engine.backend.FusedAttention;
import scanline.engine.backend.FusedDiagonal;
import scanline.engine.backend.FusedFeedForward;
import scanline.engine.backend.FusedGate;
import scanline.engine.backend.FusedMinimalRecurrence;
import scanline.engine.backend.FusedNormPool;
import scanline.engine.backend.FusedRecurrence;
import scanline.engine.backend.FusedS4d;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.tensor.Numbers;

/** The gradient of every op of {@link Ops} against central differences. */
class OpGradientTest {
    private static final ReferenceBackend REFERENCE = new ReferenceBackend();

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void gradientsMatchCentralDifferences(Op op) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (Sample sample : op.small()) {
                for (Backend backend : List.of(cpu, REFERENCE)) {
                    assertThat(new Trial(backend, sample).differences(sample.formula())).as(sample.label())
                            .isLessThan(op.tolerances().differences());
                }
                assertThat(new Trial(cpu, sample).differences(sample.composed())).as("composed, " + sample)
                        .isLessThan(op.tolerances().differences());
            }
        }
    }

    /** Without dropout; those of a batch normalization are in NormalizationTest, on inputs far from ReLU's kink. */
    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void gradientsOfAnInferencePassMatchCentralDifferences(Op op) {
        assumeFalse(op.name().startsWith("Normalization.batchNorm"));
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (Sample sample : op.small()) {
                for (Backend backend : List.of(cpu, REFERENCE)) {
                    assertThat(new Trial(backend, sample).inferenceDifferences(sample.formula())).as(sample.label())
                            .isLessThan(op.tolerances().differences());
                }
            }
        }
    }

    /** An op, and one of the outputs of a duty that its gradient rests on. */
    private record SignError(Op op, String operation, int output) {
        @Override
        public String toString() {
            return op + ", " + operation + " " + output;
        }
    }

    static List<SignError> signErrors() {
        List<SignError> errors = new ArrayList<>();
        for (Op op : Ops.all()) {
            op.backwards().forEach(backward -> IntStream.range(0, backward.outputs())
                    .forEach(output -> errors.add(new SignError(op, backward.operation(), output))));
        }
        return errors;
    }

    @ParameterizedTest
    @MethodSource("signErrors")
    void aSignErrorInAnyGradientIsFound(SignError planted) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            Backend wrong = Numbers.withSignError(cpu, planted.operation, planted.output);
            assertThat(planted.op.small().stream()
                    .anyMatch(sample -> new Trial(wrong, sample).differences(sample.formula()) > 100
                            * planted.op.tolerances().differences()))
                    .isTrue();
        }
    }

    @Test
    void everyGradientOperationIsTestedWithASignError() {
        Set<String> operations = Stream
                .of(Backend.class, FusedRecurrence.class, FusedDiagonal.class, FusedMinimalRecurrence.class,
                        FusedAttention.class,
                        FusedFeedForward.class, FusedNormPool.class, FusedS4d.class, FusedGate.class)
                .flatMap(type -> Stream.of(type.getMethods()))
                .map(Method::getName).filter(name -> name.endsWith("Gradient")).collect(Collectors.toSet());
        operations.add("accumulate");
        assertThat(signErrors().stream().map(SignError::operation).collect(Collectors.toSet())).isEqualTo(operations);
    }
}
