package scanline.engine.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertSameBits;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.ops.Sample.Input;

/** Every op of {@link Ops} with some of its inputs frozen: the gradients of the others have the same bits. */
class OpFrozenTest {
    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void theOtherGradientsHaveTheSameBits(Op op) {
        try (CpuBackend cpu = new CpuBackend(2)) {
            for (Sample sample : op.small()) {
                Set<String> all = new TreeSet<>(sample.inputs().stream().map(Input::name).toList());
                for (Backend backend : List.of(cpu, new ReferenceBackend())) {
                    Map<String, float[]> expected = new Trial(backend, sample).train(sample.formula());
                    for (String input : all) {
                        compare(backend, sample, Set.of(input), expected);
                        Set<String> others = new TreeSet<>(all);
                        others.remove(input);
                        compare(backend, sample, others, expected);
                    }
                }
            }
        }
    }

    private static void compare(Backend backend, Sample sample, Set<String> frozen, Map<String, float[]> expected) {
        if (frozen.isEmpty() || frozen.size() == sample.inputs().size()) {
            return;
        }
        Trial trial = new Trial(backend, sample);
        trial.freeze(frozen);
        Map<String, float[]> actual = trial.train(sample.formula());
        assertThat(actual.keySet()).hasSize(expected.size() - frozen.size());
        actual.forEach((name, values) -> assertSameBits(sample + ", " + name + " with frozen " + frozen, values,
                expected.get(name)));
    }
}
