package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangedDataTest {
    @TempDir
    private Path folder;

    private Path set = Path.of("");
    private String run = "";

    @BeforeEach
    void train() throws IOException {
        set = SmallSets.write(folder.resolve("set"), 1, 3);
        run = folder.resolve("run").toString();
        Answer trained = answer(
                Stream.concat(Stream.of("train", "--run", run), Stream.of(SmallSets.recipe(set))).toList());
        assertThat(trained.status()).as(trained.err()).isZero();
    }

    private static Answer ok(String... words) {
        Answer answer = answer(words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer;
    }

    @Test
    void evaluatingOnTheTrainedDataPrintsNoWarning() {
        assertThat(ok("evaluate", run).out()).doesNotContain("data:");
        assertThat(ok("evaluate", run, "--split", "train").out()).doesNotContain("data:");
        assertThat(ok("evaluate", run, "--split", "validation").out()).doesNotContain("data:");
        assertThat(ok("evaluate", run, "--json").out()).containsIgnoringWhitespaces(
                "\"data\" : {\"sameAsTrained\" : true, \"differences\" : [ ], \"images\" : 20, \"trainedOn\" : 0}");
    }

    @Test
    void changedDataAreRejectedUnlessRequested() throws IOException {
        SmallSets.testOnTrainingImages(set);
        for (List<String> words : List.of(List.of("evaluate", run), List.of("report", run), List.of("resume", run),
                List.of("evaluate", run, "batch=4"))) {
            Answer refused = answer(words);
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err())
                    .startsWith("scanline: " + run + " was started with different data: testImages is ");
        }
        // Of the 40 training images 8 are held out, so some of the 20 were not trained on.
        assertThat(ok("evaluate", run, "data.dir=" + set).out()).containsPattern(
                "data: not the data of the run \\(testImages\\); 1\\d of 20 images are among those that the run was trained on");
        assertThat(ok("evaluate", run, "data.dir=" + set, "--json").out())
                .contains("\"sameAsTrained\" : false", "\"differences\" : [ \"testImages\" ]")
                .containsPattern("\"trainedOn\" : 1\\d");
    }

    @Test
    void otherDataAreComparedWithTheDataOfTheRunIfAvailable() throws IOException {
        Path other = SmallSets.write(folder.resolve("other"), 2, 3);
        assertThat(ok("evaluate", run, "data.dir=" + other).out())
                .contains("data: not the data of the run (testImages); 0 of 20 images are among");
        Files.move(set, folder.resolve("gone"));
        assertThat(ok("evaluate", run, "data.dir=" + other).out())
                .contains("the images that the run was trained on are not available for comparison");
        assertThat(ok("evaluate", run, "data.dir=" + other, "--json").out()).contains("\"trainedOn\" : null");
    }

    @Test
    void validationImagesOfAnotherSplitMayHaveBeenTrainedOn() {
        for (String change : List.of("seed=7", "data.validation=20")) {
            assertThat(ok("evaluate", run, change, "--split", "validation").out())
                    .containsPattern("data: the validation set is not that of the run; \\d+ of \\d+ images are among");
        }
        assertThat(ok("evaluate", run, "seed=7").out()).doesNotContain("data:");
    }

    @Test
    void movedDataAreFoundAtTheirNewPath() throws IOException {
        Path moved = Files.move(set, folder.resolve("moved"));
        assertThat(answer("resume", run).err()).contains(set + ": no such folder");
        String now = "data.dir=" + moved;
        assertThat(ok("evaluate", run, now).out()).doesNotContain("data:");
        assertThat(ok("report", run, now).out()).contains("report.html");
        assertThat(ok("resume", run, now).err()).contains("resumes at step 8");
        SmallSets.write(moved, 2, 3);
        assertThat(answer("resume", run, now).err()).contains("was started with different data: trainImages is ");
    }
}
