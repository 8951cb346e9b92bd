package scanline.engine.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.withoutFusedOperations;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.ops.Op.Tolerance;

/** Every op of {@link Ops} on the fast backend against its twins: on the plain one, and composed of plain ops. */
class OpTwinTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final CpuBackend CPU = new CpuBackend(1);
    private static final Backend PLAIN = withoutFusedOperations(CPU);
    private static final Tolerance SAME = new Tolerance(0, 0);
    // A second pass begins its sums with the first one's.
    private static final Tolerance DOUBLED = new Tolerance(5e-6, 1e-6);

    @AfterAll
    static void close() {
        CPU.close();
    }

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void theValueAndAllGradientsMatchTheReferences(Op op) {
        for (Sample sample : op.samples()) {
            Map<String, float[]> fast = new Trial(CPU, sample).train(sample.formula());
            compare(op, sample, fast, new Trial(REFERENCE, sample).train(sample.formula()));
            if (!op.composed().isEmpty()) {
                compare(op, sample, fast, new Trial(CPU, sample).train(sample.composed()));
                compare(op, sample, fast, new Trial(PLAIN, sample).train(sample.formula()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void theInferenceValueMatchesTheReferences(Op op) {
        for (Sample sample : op.samples()) {
            float[] fast = new Trial(CPU, sample).infer(sample.formula());
            compare(op, sample + ", inference", op.tolerances().values(), fast,
                    new Trial(REFERENCE, sample).infer(sample.formula()));
            if (!op.composed().isEmpty()) {
                compare(op, sample + ", inference", op.tolerances().values(), fast,
                        new Trial(PLAIN, sample).infer(sample.formula()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void reusedBuffersGiveTheSameResult(Op op) {
        for (Sample sample : op.samples()) {
            Trial trial = new Trial(CPU, sample);
            Map<String, float[]> once = trial.train(sample.formula());
            trial.train(sample.formula())
                    .forEach((name, values) -> assertSameBits(op + ", " + sample, values, once.get(name)));
        }
    }

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void gradientsAccumulateAndConstantsGetNone(Op op) {
        op.samples().forEach(sample -> addsGradients(op, sample, CPU));
        op.small().forEach(sample -> addsGradients(op, sample, REFERENCE));
    }

    private static void addsGradients(Op op, Sample sample, Backend backend) {
        Trial trial = new Trial(backend, sample);
        Map<String, float[]> once = trial.train(sample.formula());
        Map<String, float[]> twice = trial.trainAccumulating(sample.formula());
        String constant = sample.inputs().size() > 1 ? "d" + sample.inputs().getFirst().name() : "";
        once.forEach((name, values) -> {
            boolean doubled = name.startsWith("d") && !name.equals(constant);
            float[] expected = values.clone();
            for (int i = 0; i < expected.length && doubled; i++) {
                expected[i] *= 2;
            }
            compare(op, sample + ", " + name, doubled ? DOUBLED : SAME, twice.get(name), expected);
        });
    }

    private static void compare(Op op, Sample sample, Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        actual.forEach((name, values) -> compare(op, sample + ", " + name,
                name.startsWith("d") ? op.tolerances().gradients() : op.tolerances().values(), values,
                expected.get(name)));
    }

    private static void compare(Op op, String what, Tolerance tolerance, float[] actual, float[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        if (tolerance.share() == 0) {
            assertSameBits(op + ", " + what, actual, expected);
            return;
        }
        double largest = tolerance.least();
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double each = Math.abs((double) actual[i] - expected[i]);
            difference = Double.isNaN(each) ? Double.POSITIVE_INFINITY : Math.max(difference, each);
        }
        if (!(difference <= tolerance.share() * largest)) {
            fail("%s, %s: error %.3g of %.3g, tolerance %.3g", op, what, difference / largest, largest,
                    tolerance.share());
        }
    }
}
