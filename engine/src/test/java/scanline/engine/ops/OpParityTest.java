package scanline.engine.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertClose;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.SafeTensors;

/** Every op of {@link Ops} against what PyTorch computed, in a file that src/test/python/golden_ops.py wrote. */
class OpParityTest {
    private static final Path FILE = Path
            .of(URI.create(OpParityTest.class.getResource("/golden/ops.safetensors").toString()));

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void theValueAndAllGradientsMatchPyTorch(Op op) throws IOException {
        Map<String, SafeTensors.Entry> golden = SafeTensors.read(FILE).tensors();
        for (Backend backend : List.of(new CpuBackend(2), new ReferenceBackend())) {
            try (backend) {
                for (Sample sample : op.small()) {
                    String name = OpInputs.name(op, sample);
                    assertThat(golden).containsKey(name);
                    compare(op, name, new Trial(backend, sample).train(sample.formula()), golden.get(name).values());
                }
            }
        }
    }

    /** The results lie one behind the other: the value, what is tracked, and the gradients of the inputs. */
    private static void compare(Op op, String sample, Map<String, float[]> results, float[] golden) {
        assertThat(results.values().stream().mapToInt(values -> values.length).sum()).as(sample)
                .isEqualTo(golden.length);
        int at = 0;
        for (Map.Entry<String, float[]> result : results.entrySet()) {
            float[] expected = Arrays.copyOfRange(golden, at, at + result.getValue().length);
            assertClose(sample + ", " + result.getKey(), result.getValue(), expected, op.tolerances().torch());
            at += expected.length;
        }
    }

    @Test
    void everythingInTheGoldenFileIsCompared() throws IOException {
        assertThat(SafeTensors.read(FILE).tensors().keySet()).isEqualTo(Ops.all().stream()
                .flatMap(op -> op.small().stream().map(sample -> OpInputs.name(op, sample)))
                .collect(Collectors.toSet()));
    }
}
