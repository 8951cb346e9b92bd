package scanline.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;

/** Which pictures an experiment is made of. */
class ExperimentTest {
    private static final int SIDE = 7;

    private static Recipe grids(String... more) {
        return recipe("digit-sequence", List.of("data.shrink=4", "data.scan.size=7", "model.width=4", "model.heads=1",
                "model.feedForward=4", "model.encoderDepth=1", "model.decoderDepth=1"), more);
    }

    private static Recipe scatters(String... more) {
        return recipe("cnn-sigmoid", List.of("data.canvas.size=16", "data.canvas.minSize=5", "data.canvas.maxSize=8",
                "model.channels=1", "model.hidden=2"), more);
    }

    private static Recipe recipe(String name, List<String> keys, String... more) {
        List<String> all = new ArrayList<>(keys);
        all.addAll(List.of("data.limit=200", "data.validation=100", "data.canvas.train=40",
                "data.canvas.validation=30", "data.canvas.test=20", "epochs=3"));
        all.addAll(List.of(more));
        return Recipes.find(name, all);
    }

    private static ByteBuffer picture(Pictures pictures, int number) {
        byte[] pixels = new byte[pictures.height() * pictures.width()];
        pictures.draw(number, pixels, 0);
        return ByteBuffer.wrap(pixels);
    }

    private static List<ByteBuffer> drawn(Experiment experiment, Split split, int... numbers) {
        Pictures pictures = experiment.examples(split).pictures();
        return IntStream.of(numbers).mapToObj(number -> picture(pictures, number)).toList();
    }

    private static List<ByteBuffer> drawn(Recipe recipe, Split split) {
        try (Experiment experiment = new Experiment(recipe, 1)) {
            return drawn(experiment, split, experiment.examples(split).numbers());
        }
    }

    @Test
    void everyEpochHasPicturesOfItsOwn() {
        try (Experiment experiment = new Experiment(grids(), 1)) {
            List<ByteBuffer> all = new ArrayList<>();
            for (int epoch = 0; epoch < 3; epoch++) {
                assertThat(experiment.splits().epoch(epoch).numbers()).hasSize(40);
                all.addAll(drawn(experiment, Split.TRAIN, experiment.splits().epoch(epoch).numbers()));
            }
            assertThat(all).hasSize(120).doesNotHaveDuplicates();
            assertThat(experiment.splits().epoch(0).numbers()).isEqualTo(experiment.examples(Split.TRAIN).numbers());
        }
    }

    @Test
    void shufflingChangesTheOrderOfAnEpochsPicturesOnly() {
        try (Experiment experiment = new Experiment(grids("data.shuffle=true"), 1)) {
            int[] order = experiment.splits().epoch(2).numbers();
            int[] sorted = order.clone();
            Arrays.sort(sorted);
            assertThat(sorted).isEqualTo(IntStream.range(80, 120).toArray()).isNotEqualTo(order);
            assertThat(experiment.splits().epoch(2).numbers()).isEqualTo(order);
            assertThat(IntStream.of(experiment.splits().epoch(1).numbers()).map(i -> i + 40).toArray())
                    .isNotEqualTo(order);
        }
    }

    @Test
    void imagesThemselvesAreTheSameInEveryEpoch() {
        Recipe recipe = Recipes.find("lstm-rows", List.of("data.limit=200", "data.validation=100", "model.hidden=2"));
        try (Experiment experiment = new Experiment(recipe, 1)) {
            int[] first = experiment.splits().epoch(0).numbers();
            int[] second = experiment.splits().epoch(1).numbers();
            assertThat(first).hasSize(200).isNotEqualTo(second);
            Arrays.sort(first);
            Arrays.sort(second);
            assertThat(first).isEqualTo(second).isEqualTo(experiment.examples(Split.TRAIN).numbers())
                    .doesNotContain(experiment.examples(Split.VALIDATION).numbers());
        }
    }

    @Test
    void aLimitAppliesToTheExamplesOutsideTheValidationSet() {
        int[][] all = examples();
        assertThat(all[0]).hasSize(55_000);
        assertThat(all[1]).hasSize(5_000);
        int[][] some = examples("data.limit=2000");
        assertThat(some[0]).hasSize(2000).isSorted();
        // Not by contains, which compares each with each.
        assertThat(IntStream.of(all[0]).boxed().collect(Collectors.toSet()).containsAll(IntStream.of(some[0]).boxed()
                .toList())).isTrue();
        assertThat(some[1]).isEqualTo(all[1]);
        assertThat(examples("data.limit=55000")).isEqualTo(all);
        assertThat(examples("data.limit=2147483647")).isEqualTo(all);
        assertThat(examples("data.limit=2000", "seed=2")[0]).hasSize(2000).isNotEqualTo(some[0]);
    }

    /** Which images the recipe trains on, and which it holds out. */
    private static int[][] examples(String... overrides) {
        List<String> keys = new ArrayList<>(List.of("model.hidden=2"));
        keys.addAll(List.of(overrides));
        try (Experiment experiment = new Experiment(Recipes.find("lstm-rows", keys), 1)) {
            return new int[][] {experiment.examples(Split.TRAIN).numbers(),
                    experiment.examples(Split.VALIDATION).numbers()};
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyTestPicturesAreTheSameForEverySeed(boolean scattered) {
        Recipe one = scattered ? scatters() : grids();
        Recipe other = scattered ? scatters("seed=2", "data.limit=400") : grids("seed=2", "data.limit=400");
        assertThat(drawn(one, Split.TEST)).hasSize(20).doesNotHaveDuplicates().isEqualTo(drawn(other, Split.TEST));
        assertThat(drawn(one, Split.TRAIN)).hasSize(40).doesNotContainAnyElementsOf(drawn(other, Split.TRAIN));
        assertThat(drawn(one, Split.VALIDATION)).hasSize(30)
                .doesNotContainAnyElementsOf(drawn(other, Split.VALIDATION))
                .doesNotContainAnyElementsOf(drawn(one, Split.TRAIN));
    }

    @Test
    void validationPicturesAreComposedOfValidationImages() {
        Recipe recipe = grids("data.canvas.train=1000", "data.canvas.validation=500", "data.canvas.test=500");
        Set<ByteBuffer> train = cells(recipe, Split.TRAIN);
        Set<ByteBuffer> validation = cells(recipe, Split.VALIDATION);
        Set<ByteBuffer> test = cells(recipe, Split.TEST);
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Set<ByteBuffer> images = images(experiment.splits().trainingImages().shrunk(4));
            assertThat(train).hasSize(200).isSubsetOf(images);
            assertThat(validation).hasSize(100).isSubsetOf(images).doesNotContainAnyElementsOf(train);
            assertThat(test).isSubsetOf(images(experiment.dataset().test().shrunk(4)))
                    .doesNotContainAnyElementsOf(images);
        }
    }

    private static Set<ByteBuffer> images(ImageSet set) {
        Set<ByteBuffer> images = new HashSet<>();
        for (int i = 0; i < set.count(); i++) {
            images.add(picture(set, i));
        }
        return images;
    }

    /** The images that are on some pictures. */
    private static Set<ByteBuffer> cells(Recipe recipe, Split split) {
        Set<ByteBuffer> cells = new HashSet<>();
        for (ByteBuffer picture : drawn(recipe, split)) {
            for (int place = 0; place < 4; place++) {
                byte[] cell = new byte[SIDE * SIDE];
                for (int y = 0; y < SIDE; y++) {
                    int row = (place / 2 * SIDE + y) * 2 * SIDE + place % 2 * SIDE;
                    System.arraycopy(picture.array(), row, cell, y * SIDE, SIDE);
                }
                cells.add(ByteBuffer.wrap(cell));
            }
        }
        return cells;
    }

    @Test
    void aModelReadsCanvasesAndAnExternalImageIsOne() {
        try (Experiment experiment = new Experiment(grids("data.canvas.rows=1", "data.canvas.columns=3"), 1)) {
            assertThat(experiment.input().steps()).isEqualTo(3);
            assertThat(experiment.input().features()).isEqualTo(SIDE * SIDE);
            assertThat(experiment.input().longest()).isEqualTo(3);
            assertThat(experiment.pictureSize().height()).isEqualTo(SIDE);
            assertThat(experiment.pictureSize().width()).isEqualTo(3 * SIDE);
            ImageSet image = new ImageSet(SIDE, 3 * SIDE, new byte[SIDE * 3 * SIDE], new byte[1], 10);
            assertThat(experiment.examples(image).batch(0, 1).values()).hasSize(SIDE * 3 * SIDE);
        }
    }

    @Test
    void withoutAValidationSetThereAreNoValidationPictures() {
        try (Experiment experiment = new Experiment(grids("data.validation=0"), 1)) {
            assertThat(experiment.examples(Split.VALIDATION).numbers()).isEmpty();
            assertThat(experiment.examples(Split.TRAIN).numbers()).hasSize(40);
        }
        try (Experiment experiment = new Experiment(grids("data.validation=60000"), 1)) {
            assertThatThrownBy(() -> experiment.examples(Split.TRAIN)).isInstanceOf(RunException.class)
                    .hasMessageStartingWith("data.validation=60000 leaves nothing to train on");
        }
    }

    @Test
    void tooManyPicturesAreRejected() {
        assertThatThrownBy(() -> grids("data.canvas.train=2000000000")).isInstanceOf(RecipeException.class)
                .hasMessage("epochs times data.canvas.train must be at most 2147483647");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data.limit=0", "data.limit=200"})
    void aRecipesTrainingCountIsThatOfItsExperiment(String limit) {
        try (Experiment experiment = new Experiment(grids(limit), 1)) {
            assertThat(Splits.trainedOn(experiment.recipe(), experiment.splits().trainingImages()).toList()
                    .equals(experiment.splits().contents(Split.TRAIN).toList())).isTrue();
        }
    }
}
