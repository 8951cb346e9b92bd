package scanline.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The readers under Jazzer, which looks for bytes that reach new code. In a usual build each reads its whole samples and
 * what was found before; {@code ./build fuzz jazzer 60} looks for more, a minute a reader.
 */
class JazzerTest {
    private static final Map<String, Target> TARGETS = targets();

    @FuzzTest
    @MethodSource
    void safeTensors(byte[] file) {
        read("safetensors", file);
    }

    static Stream<byte[]> safeTensors() {
        return samples("safetensors");
    }

    @FuzzTest
    @MethodSource
    void weights(byte[] file) {
        read("weights", file);
    }

    static Stream<byte[]> weights() {
        return samples("weights");
    }

    @FuzzTest
    @MethodSource
    void checkpoint(byte[] file) {
        read("checkpoint", file);
    }

    static Stream<byte[]> checkpoint() {
        return samples("checkpoint");
    }

    @FuzzTest
    @MethodSource
    void idx(byte[] file) {
        read("idx", file);
    }

    static Stream<byte[]> idx() {
        return samples("idx");
    }

    @FuzzTest
    @MethodSource
    void idxGzip(byte[] file) {
        read("idx.gz", file);
    }

    static Stream<byte[]> idxGzip() {
        return samples("idx.gz");
    }

    @FuzzTest
    @MethodSource
    void idxFolder(byte[] file) {
        read("idx-folder", file);
    }

    static Stream<byte[]> idxFolder() {
        return samples("idx-folder");
    }

    @FuzzTest
    @MethodSource
    void permutation(byte[] file) {
        read("permutation", file);
    }

    static Stream<byte[]> permutation() {
        return samples("permutation");
    }

    @FuzzTest
    @MethodSource
    void recipe(byte[] file) {
        read("recipe", file);
    }

    static Stream<byte[]> recipe() {
        return samples("recipe");
    }

    @FuzzTest
    @MethodSource
    void metrics(byte[] file) {
        read("metrics", file);
    }

    static Stream<byte[]> metrics() {
        return samples("metrics");
    }

    @FuzzTest
    @MethodSource
    void record(byte[] file) {
        read("record", file);
    }

    static Stream<byte[]> record() {
        return samples("record");
    }

    @FuzzTest
    @MethodSource
    void png(byte[] file) {
        read("png", file);
    }

    static Stream<byte[]> png() {
        return samples("png");
    }

    @FuzzTest
    @MethodSource
    void jpeg(byte[] file) {
        read("jpeg", file);
    }

    static Stream<byte[]> jpeg() {
        return samples("jpeg");
    }

    private static void read(String format, byte[] file) {
        TARGETS.get(format).accepts(file);
    }

    private static Stream<byte[]> samples(String format) {
        return TARGETS.get(format).samples().stream();
    }

    /** In a folder that outlives each test: while Jazzer looks, none ends. */
    private static Map<String, Target> targets() {
        try {
            Path folder = Files.createTempDirectory("scanline-jazzer");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> Attack.delete(folder)));
            return Targets.in(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
