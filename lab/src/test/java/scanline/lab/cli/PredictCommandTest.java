package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.base.Json;
import scanline.samples.Pngs;

/** {@code predict} of many files. */
class PredictCommandTest {
    @TempDir
    private static Path folder;

    private static String run = "";
    private static String cat = "";
    private static String dog = "";
    private static String text = "";

    @BeforeAll
    static void trainOnce() throws IOException {
        Path data = folder.resolve("data");
        Pngs.writeClasses(data, List.of("cat", "dog"), 10, 8);
        run = folder.resolve("run").toString();
        Answer trained = answer("train", "lstm-rows", "data=folder", "data.dir=" + data, "data.folder.size=8",
                "data.validation=4", "batch=4", "epochs=1", "model.hidden=4", "--run", run);
        assertThat(trained.status()).as(trained.err()).isZero();
        cat = data.resolve("cat/0.png").toString();
        dog = data.resolve("dog/0.png").toString();
        text = Files.writeString(folder.resolve("text.png"), "no image").toString();
    }

    @Test
    void anUnreadableFileDoesNotAffectTheOthers() {
        Answer good = answer("predict", run, cat, dog);
        assertThat(good.status()).as(good.err()).isZero();
        assertThat(good.out().lines()).hasSize(2);
        Answer some = answer("predict", run, cat, text, folder.resolve("missing.png").toString(), dog);
        assertThat(some.out()).isEqualTo(good.out());
        assertThat(some.err().lines()).containsExactly("scanline: " + text + " is not a PNG, JPEG or IDX file",
                "scanline: no such file: " + folder.resolve("missing.png"));
        assertThat(some.status()).isEqualTo(1);
    }

    @Test
    void inJsonAnUnreadableFileHasAnEntryWithItsError() {
        Answer some = answer("predict", run, cat, text, dog, "--json");
        assertThat(some.status()).isEqualTo(1);
        List<?> entries = Json.parse(some.out(), List.class);
        assertThat(entries).hasSize(3);
        assertThat((Object) entries.get(1)).isEqualTo(
                Map.of("file", text, "error", text + " is not a PNG, JPEG or IDX file"));
        assertThat(List.of(entries.getFirst(), entries.getLast()))
                .isEqualTo(Json.parse(answer("predict", run, cat, dog, "--json").out(), List.class));
    }

    @Test
    void aFolderStandsForTheImagesInIt() throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("pictures/below.png")).getParent();
        Files.copy(Path.of(dog), pictures.resolve("b.PNG"));
        Files.copy(Path.of(cat), pictures.resolve("a.png"));
        Files.writeString(pictures.resolve("notes.txt"), "no image");
        Answer answer = answer("predict", run, pictures.toString());
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out()).isEqualTo(answer("predict", run, pictures.resolve("a.png").toString(),
                pictures.resolve("b.PNG").toString()).out());
        Files.writeString(pictures.resolve("c.jpeg"), "no image");
        Answer some = answer("predict", run, pictures.toString(), cat);
        assertThat(some.out()).startsWith(answer.out()).hasLineCount(3);
        assertThat(some.err().strip()).isEqualTo(
                "scanline: " + pictures.resolve("c.jpeg") + " is not a PNG, JPEG or IDX file");
        assertThat(some.status()).isEqualTo(1);
    }

    @Test
    void anImageMayBeReadFromAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "mkfifo makes pipes");
        byte[] image = Files.readAllBytes(Path.of(cat));
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                Files.write(pipe, image);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Answer answer = answer("predict", run, pipe.toString());
        writer.join();
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out()).isEqualTo(answer("predict", run, cat).out().replace(cat, pipe.toString()));
    }

    @Test
    void anEndlessDeviceIsRejected() {
        assumeTrue(Files.exists(Path.of("/dev/zero")), "the system has a device without end");
        Answer answer = answer("predict", run, "/dev/zero");
        assertThat(answer.err().strip()).isEqualTo("scanline: /dev/zero is larger than 64 MB");
        assertThat(answer.status()).isEqualTo(1);
    }
}
