package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.recipe.Recipes;
import scanline.samples.Pngs;

/** Each recipe trains on data of one's own: a folder of images, and IDX files. */
class EveryRecipeTest {
    private static final List<String> CLASSES = List.of("apple", "a pear of the sort Williams", "plum", "quince");

    @TempDir
    private static Path scratch;

    static List<String> recipes() {
        return Recipes.names();
    }

    @BeforeAll
    static void writeImages() throws IOException {
        Pngs.writeClasses(scratch.resolve("folder"), CLASSES, 5, 28);
        Pngs.writeClasses(scratch.resolve("many"), IntStream.range(0, 62).mapToObj(i -> "class " + i).toList(), 2, 28);
        for (String part : List.of("train", "t10k")) {
            ByteBuffer images = ByteBuffer.allocate(16 + 12 * 16 * 20).putInt(0x803).putInt(12).putInt(16).putInt(20);
            for (int i = images.position(); i < images.capacity(); i++) {
                images.put(i, (byte) (i * i));
            }
            Files.createDirectories(scratch.resolve("idx"));
            Files.write(scratch.resolve("idx/" + part + "-images-idx3-ubyte"), images.array());
            Files.write(scratch.resolve("idx/" + part + "-labels-idx1-ubyte"),
                    ByteBuffer.allocate(20).putInt(0x801).putInt(12)
                            .put(new byte[] {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4})
                            .array());
        }
    }

    private static Answer train(String recipe, String folder, String... more) throws IOException {
        Path run = Files.createTempDirectory(scratch, "run").resolve("run");
        List<String> arguments = new ArrayList<>(
                List.of("train", recipe, "epochs=1", "batch=2", "data.dir=" + scratch.resolve(folder), "--run",
                        run.toString()));
        // Pictures are made of images of every class, and so of all there are.
        arguments.addAll(Recipes.find(recipe, List.of()).data().canvas().drawn().isAnything()
                ? List.of("data.validation=0", "data.canvas.train=2", "data.canvas.test=2")
                : List.of("data.validation=1", "data.limit=3"));
        arguments.addAll(List.of(more));
        return answer(arguments);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void trainsOnAFolderOfImages(String recipe) throws IOException {
        Answer answer = train(recipe, "folder", "data=folder");
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out()).contains("test accuracy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows", "row-transformer", "cnn", "digit-sequence", "cnn-rnn"})
    void trainsOnAnyNumberOfClasses(String recipe) throws IOException {
        Answer answer = train(recipe, "many", "data=folder");
        assertThat(answer.status()).as(answer.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows, seed=1", "cnn, seed=1", "row-transformer, seed=1", "vit, seed=1", "cnn-rnn, seed=1",
            "digit-classifier, data.scan.size=4", "digit-sequence, data.scan.size=8"})
    void trainsOnIdxFilesOfAnotherSize(String recipe, String key) throws IOException {
        Answer answer = train(recipe, "idx", "data=idx", key);
        assertThat(answer.status()).as(answer.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            digit-classifier | data.scan.size is 14, but must divide both sides of an image of 16 x 20
            digit-sequence   | data.scan.size is 14, but must divide both sides of an image of 32 x 40
            """)
    void aSizeNotDivisibleIntoPatchesIsReported(String recipe, String message) throws IOException {
        Answer answer = train(recipe, "idx", "data=idx");
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).hasLineCount(1).contains(message);
    }
}
