package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT) // each in a JVM of its own
class StepAllocationTest {
    @ParameterizedTest
    @ValueSource(strings = {"recurrent", "transformer", "decoder", "images"})
    void aTrainingStepInTheSteadyStateAllocatesLessThan100Kilobytes(String network) throws Exception {
        // Small buffers for allocation, so that what the runtime reports as used is nearly exact, a young generation that
        // need not be collected while it is measured, a compiler that is sooner done, and steps that wait for it: on a busy
        // machine it is otherwise still at work after any number of them.
        List<String> options = List.of("-XX:+UseSerialGC", "-XX:TLABSize=16k", "-XX:-ResizeTLAB", "-Xmx600m",
                "-Xmn500m", "-XX:CompileThresholdScaling=0.1", "-Xbatch");
        String bytes = ChildJvm.run(options, StepAllocation.class, 1, network).get("bytes").getFirst();
        assertThat(Long.parseLong(bytes)).isBetween(0L, 100_000L);
    }
}
