package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static scanline.lab.cli.Answer.answer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
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

    /** The rows of an image as lines of steps. */
    private static List<String> rows(String image) {
        ImageSet read = ImageFile.read(Path.of(image), new PictureSize(8, 8), 2, Preparation.SCALE);
        return IntStream.range(0, 8).mapToObj(row -> IntStream.range(8 * row, 8 * row + 8)
                .mapToObj(i -> Integer.toString(Byte.toUnsignedInt(read.pixels()[i]))).collect(Collectors.joining(",")))
                .toList();
    }

    private static String steps(String name, List<String> lines) throws IOException {
        return Files.write(folder.resolve(name), lines).toString();
    }

    private static List<Map<?, ?>> objects(Answer answer) {
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out().lines().<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse(line, Map.class)).toList();
    }

    private static Map<?, ?> whole(String image) {
        return (Map<?, ?>) Json.parse(answer("predict", run, image, "--as-is", "--json").out(), List.class).getFirst();
    }

    @Test
    void stepsAreAnsweredOneByOneAndTheLastAsTheWholeImage() throws IOException {
        List<String> lines = new ArrayList<>(rows(cat));
        lines.add("");
        lines.addAll(rows(dog));
        String file = steps("two.csv", lines);
        List<Map<?, ?>> steps = objects(answer("predict", run, "--stream", file, "--json"));
        assertThat(steps.stream().<Object>map(step -> step.get("step")).toList())
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8);
        for (String key : List.of("label", "labels", "probability", "probabilities")) {
            assertThat(steps.get(7).get(key)).isEqualTo(whole(cat).get(key));
            assertThat(steps.get(15).get(key)).isEqualTo(whole(dog).get(key));
        }
        Answer plain = answer("predict", run, "--stream", file);
        assertThat(plain.err()).isEmpty();
        assertThat(plain.out().lines().toList()).isEqualTo(steps.stream().map(step -> String.format(Locale.ROOT,
                "%s  %s  %.2f %%", step.get("step"), step.get("label"), 100 * (Double) step.get("probability")))
                .toList());
    }

    @Test
    void aStateContinuesASequenceInTheNextCall() throws IOException {
        List<String> rows = rows(dog);
        String state = folder.resolve("sequence").toString();
        List<String> lines = new ArrayList<>(List.of("0,0,0,0,0,0,0,0", ""));
        lines.addAll(rows.subList(0, 3));
        answer("predict", run, "--stream", steps("begin.csv", lines), "--state", state);
        Answer rest = answer("predict", run, "--stream", steps("rest.csv", rows.subList(3, 8)), "--state", state,
                "--json");
        assertThat(objects(rest).stream().<Object>map(step -> step.get("step")).toList()).containsExactly(4, 5, 6, 7,
                8);
        assertThat(objects(rest).getLast().get("probability")).isEqualTo(whole(dog).get("probability"));
        byte[] last = Files.readAllBytes(Path.of(state));
        Answer wrong = answer("predict", run, "--stream", steps("wrong.csv", List.of(rows.getFirst(), "1,2")),
                "--state", state);
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.out()).startsWith("9  ").hasLineCount(1);
        assertThat(Files.readAllBytes(Path.of(state))).as("an error changes no state").isEqualTo(last);
    }

    @Test
    void moreStepsThanInTrainingAreWarnedOfOnce() throws IOException {
        List<String> lines = new ArrayList<>(rows(cat));
        lines.addAll(rows(cat));
        String file = steps("long.csv", lines);
        Answer answer = answer("predict", run, "--stream", file);
        assertThat(answer.status()).isZero();
        assertThat(answer.out()).hasLineCount(16);
        assertThat(answer.err().strip()).isEqualTo("warning: " + file
                + ", line 9: this is step 9, but the model was trained on sequences of 8");
    }

    @Test
    void anAnswerIsPrintedBeforeTheNextStepIsWritten() throws Exception {
        InputStream usual = System.in;
        PipedOutputStream steps = new PipedOutputStream();
        PipedReader answers = new PipedReader();
        PrintWriter out = new PrintWriter(new PipedWriter(answers));
        System.setIn(new PipedInputStream(steps));
        try {
            CommandLine line = Main.commandLine().setOut(out);
            Thread command = Thread.ofPlatform().daemon().start(() -> line.execute("predict", run, "--stream"));
            BufferedReader lines = new BufferedReader(answers);
            int number = 1;
            for (String row : rows(cat)) {
                steps.write((row + "\n").getBytes(StandardCharsets.UTF_8));
                steps.flush();
                assertThat(lines.readLine()).startsWith(number++ + "  ");
            }
            steps.close();
            command.join();
        } finally {
            System.setIn(usual);
        }
    }
}
