package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.MinimalKind;

/** The same bits with every number of threads, every width of the vectors, and every compiler of the JVM. */
class SameBitsTest {
    // Most of the time goes into compiling, so the sizes matter little. 97 rows are 4 shards, which 3 and 8 threads do not
    // divide evenly; 11 steps are two blocks of the backward pass; 68 columns of gates fill no whole number of panels.
    private static final Object[] SMALL = {"kernels", 12, 11, 97, 3, 17, 1, 2, 3, 8};
    // Without the second compiler the Vector API takes a microsecond for an operation.
    private static final Object[] TINY = {2, 3, 5, 3, 9, 1, 2};
    // What every machine must come to. A change of the order of a sum, or of a polynomial, changes it: then every published
    // weight changes too, which the changelog has to say.
    private static final String TRAINING = "bc589ca12e2d9889";
    // The recurrent layers that PyTorch does not have.
    private static final Map<String, String> OTHERS = Map.of("minGRU", "7d687b665dba3017", "minLSTM",
            "f6581a799a9d43ac", "LEM", "57ce5642b90122e",
            "UR_LSTM", "86cc9d6fe976734d");
    private static final String DIAGONAL = "e5f8983c003659be";
    private static final String TRANSFORMER = "537d2e00b3f82b5";
    private static final String DECODER = "1f9e40929a7a4f1e";

    // The same of a convolutional network.
    private static final String IMAGES = "80e026566ef99ac7";

    @Test
    void theVectorWidthAndTheThreadCountChangeNothing() throws Exception {
        Set<String> kernels = new HashSet<>();
        Set<String> training = new HashSet<>();
        Set<String> diagonal = new HashSet<>();
        Set<String> images = new HashSet<>();
        Set<String> transformer = new HashSet<>();
        Set<String> decoder = new HashSet<>();
        for (int bytes : new int[] {16, 32, 64}) {
            Map<String, List<String>> child = ChildJvm.run(List.of("-XX:MaxVectorSize=" + bytes), Fingerprint.class,
                    SMALL);
            // A machine whose vectors are narrower runs at its own width.
            assertThat(Integer.parseInt(child.get("bits").getFirst())).isLessThanOrEqualTo(8 * bytes);
            assertThat(child.get("training")).hasSize(4);
            assertThat(child.get("diagonal")).hasSize(4);
            assertThat(child.get("transformer")).hasSize(4);
            assertThat(child.get("decoder")).hasSize(4);
            OTHERS.forEach((kind, hash) -> assertThat(child.get(kind)).hasSize(4).containsOnly(hash));
            kernels.addAll(child.get("kernels"));
            training.addAll(child.get("training"));
            diagonal.addAll(child.get("diagonal"));
            images.addAll(child.get("images"));
            transformer.addAll(child.get("transformer"));
            decoder.addAll(child.get("decoder"));
        }
        assertThat(kernels).hasSize(1);
        assertThat(training).containsExactly(TRAINING);
        assertThat(diagonal).containsExactly(DIAGONAL);
        assertThat(images).containsExactly(IMAGES);
        assertThat(transformer).containsExactly(TRANSFORMER);
        assertThat(decoder).containsExactly(DECODER);
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
        Map<String, List<String>> child = ChildJvm.run(options, Fingerprint.class, TINY);
        assertThat(child.get("training")).hasSize(2).containsOnly(Fingerprint.training(1, 2, 3, 5, 3, 9));
        for (CellKind kind : Fingerprint.OTHERS) {
            assertThat(child.get(kind.name())).hasSize(2)
                    .containsOnly(Fingerprint.training(1, 2, 3, 5, 3, 9, List.of(kind)));
        }
        for (MinimalKind kind : MinimalKind.values()) {
            assertThat(child.get("min" + kind)).hasSize(2)
                    .containsOnly(Fingerprint.minimal(1, 2, 3, 5, 3, 9, kind));
        }
        assertThat(child.get("diagonal")).hasSize(2).containsOnly(Fingerprint.diagonal(1, 2, 3, 5, 3, 9));
        assertThat(child.get("images")).hasSize(2).containsOnly(Fingerprint.images(1, 2, 5));
        assertThat(child.get("transformer")).hasSize(2).containsOnly(Fingerprint.transformer(1, 2, 3, 5, 3, 9));
        assertThat(child.get("decoder")).hasSize(2).containsOnly(Fingerprint.decoder(1, 2, 3, 5, 3, 9));
    }
}
