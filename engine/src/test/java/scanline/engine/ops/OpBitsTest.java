package scanline.engine.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertSameBits;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.nn.ChildJvm;

/** Every op of {@link Ops} gives the same bits for every number of threads and every width of the vectors. */
class OpBitsTest {
    private static final List<CpuBackend> TEAMS = Stream.of(1, 2, 3, 8).map(CpuBackend::new).toList();

    @AfterAll
    static void close() {
        TEAMS.forEach(CpuBackend::close);
    }

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void theThreadCountChangesNothing(Op op) {
        for (Sample sample : op.samples()) {
            Map<String, float[]> one = new Trial(TEAMS.getFirst(), sample).train(sample.formula());
            for (CpuBackend team : TEAMS) {
                new Trial(team, sample).train(sample.formula()).forEach((name, values) -> assertSameBits(
                        op + ", " + sample + ", " + name + " by " + team.name(), values, one.get(name)));
            }
        }
    }

    @Test
    void theVectorWidthChangesNothing() throws Exception {
        Map<String, String> first = new HashMap<>();
        for (int bytes : new int[] {16, 32, 64}) {
            Map<String, List<String>> child = ChildJvm.run(List.of("-XX:MaxVectorSize=" + bytes), OpHashes.class);
            // A machine whose vectors are narrower runs at its own width.
            assertThat(Integer.parseInt(child.get("bits").getFirst())).isLessThanOrEqualTo(8 * bytes);
            for (Op op : Ops.all()) {
                assertThat(child).containsKey(op.name());
                String hash = child.get(op.name()).getFirst();
                assertThat(hash).as(op + " with vectors of " + 8 * bytes + " bits")
                        .isEqualTo(first.computeIfAbsent(op.name(), _ -> hash));
            }
        }
    }
}
