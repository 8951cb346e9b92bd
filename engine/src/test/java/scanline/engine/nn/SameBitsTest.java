package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits with every number of threads, every width of the vectors, and every compiler of the JVM. */
class SameBitsTest {
    // Two blocks in the backward pass, an odd row for two threads, panels that are not full at any width.
    private static final Object[] SMALL = {20, 13, 45, 7, 37, 1, 2, 3, 8};
    private static final Object[] TINY = {2, 3, 5, 3, 9, 1, 2};
    private static final Object[] KERNELS = {"kernels"};

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void theWidthOfTheVectorsAndTheNumberOfThreadsChangeNothing(int bytes) throws Exception {
        List<String> width = List.of("-XX:MaxVectorSize=" + bytes);
        Map<String, List<String>> training = ChildJvm.run(width, Fingerprint.class, SMALL);
        // A machine whose vectors are narrower runs at its own width.
        assertThat(Integer.parseInt(training.get("bits").getFirst())).isLessThanOrEqualTo(8 * bytes);
        String expected = Fingerprint.training(1, 20, 13, 45, 7, 37);
        assertThat(training.get("hash")).hasSize(4).containsOnly(expected);
        assertThat(ChildJvm.run(width, Fingerprint.class, KERNELS).get("hash")).containsExactly(Fingerprint.kernels());
    }

    @Test
    void theFirstCompilerAloneChangesNothing() throws Exception {
        assertSame(List.of("-XX:TieredStopAtLevel=1"));
    }

    @Test
    void theInterpreterAloneChangesNothing() throws Exception {
        assertSame(List.of("-Xint"));
    }

    private static void assertSame(List<String> options) throws IOException, InterruptedException {
        assertThat(ChildJvm.run(options, Fingerprint.class, TINY).get("hash")).hasSize(2)
                .containsOnly(Fingerprint.training(1, 2, 3, 5, 3, 9));
    }
}
