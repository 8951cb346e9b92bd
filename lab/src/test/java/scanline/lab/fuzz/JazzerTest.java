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

    @MethodSource
    @FuzzTest
    void safeTensors(byte[] file) {
        read("safetensors", file);
    }

    static Stream<byte[]> safeTensors() {
        return samples("safetensors");
    }

    @MethodSource
    @FuzzTest
    void weights(byte[] file) {
        read("weights", file);
    }

    static Stream<byte[]> weights() {
        return samples("weights");
    }

    @MethodSource
    @FuzzTest
    void checkpoint(byte[] file) {
        read("checkpoint", file);
    }

    static Stream<byte[]> checkpoint() {
        return samples("checkpoint");
    }

    @MethodSource
    @FuzzTest
    void idx(byte[] file) {
        read("idx", file);
    }

    static Stream<byte[]> idx() {
        return samples("idx");
    }

    @MethodSource
    @FuzzTest
    void idxGzip(byte[] file) {
        read("idx.gz", file);
    }

    static Stream<byte[]> idxGzip() {
        return samples("idx.gz");
    }

    @MethodSource
    @FuzzTest
    void idxFolder(byte[] file) {
        read("idx-folder", file);
    }

    static Stream<byte[]> idxFolder() {
        return samples("idx-folder");
    }

    @MethodSource
    @FuzzTest
    void permutation(byte[] file) {
        read("permutation", file);
    }

    static Stream<byte[]> permutation() {
        return samples("permutation");
    }

    @MethodSource
    @FuzzTest
    void recipe(byte[] file) {
        read("recipe", file);
    }

    static Stream<byte[]> recipe() {
        return samples("recipe");
    }

    @MethodSource
    @FuzzTest
    void metrics(byte[] file) {
        read("metrics", file);
    }

    static Stream<byte[]> metrics() {
        return samples("metrics");
    }

    @MethodSource
    @FuzzTest
    void record(byte[] file) {
        read("record", file);
    }

    static Stream<byte[]> record() {
        return samples("record");
    }

    @MethodSource
    @FuzzTest
    void png(byte[] file) {
        read("png", file);
    }

    static Stream<byte[]> png() {
        return samples("png");
    }

    @MethodSource
    @FuzzTest
    void jpeg(byte[] file) {
        read("jpeg", file);
    }

    static Stream<byte[]> jpeg() {
        return samples("jpeg");
    }

    @MethodSource
    @FuzzTest
    void imageFolder(byte[] file) {
        read("image-folder", file);
    }

    static Stream<byte[]> imageFolder() {
        return samples("image-folder");
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
