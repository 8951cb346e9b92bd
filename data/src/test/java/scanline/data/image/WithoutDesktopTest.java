package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.samples.MnistFiles;
import scanline.samples.Pngs;

/** A Java runtime without {@code java.desktop}. */
class WithoutDesktopTest {
    @TempDir
    private Path folder;

    @Test
    void idxFilesAreRead() throws Exception {
        assertThat(reading(MnistFiles.FOLDER.resolve("t10k-images-idx3-ubyte.gz"))).isEqualTo("10000 images\n");
    }

    @Test
    void pngFilesAreNotAndTheMessageNamesTheModule() throws Exception {
        Path png = folder.resolve("image.png");
        Pngs.write(png, Pngs.drawn(1, 28), 28, 28);
        assertThat(reading(png)).isEqualTo(png + ": PNG and JPEG images are decoded by the JDK's module java.desktop,"
                + " which is missing: add it to the runtime image with --add-modules java.desktop\n");
    }

    private static String reading(Path file) throws IOException, InterruptedException {
        Path tests = Path.of(ReadImage.class.getResource("ReadImage.class").getPath()).resolve("../../../..")
                .normalize();
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path", System.getProperty("jdk.module.path"), "--patch-module", "scanline.data=" + tests,
                "--limit-modules", "scanline.data,jdk.incubator.vector", "--module",
                "scanline.data/" + ReadImage.class.getName(), file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
