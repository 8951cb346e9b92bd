package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.data.sequence.Loader;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.model.Classifier;
import scanline.lab.model.Classifier.Readout;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class AttentionMapTest {
    private static Recipe small(String recipe, String... more) {
        List<String> keys = new ArrayList<>(List.of("model.width=8", "model.depth=2", "model.heads=2"));
        keys.addAll(List.of(more));
        return Recipes.find(recipe, keys);
    }

    private static List<AttentionMap> maps(Recipe recipe) {
        try (Experiment experiment = new Experiment(recipe, 2)) {
            return AttentionMap.of(experiment);
        }
    }

    @ParameterizedTest
    @CsvSource({"vit, patches, CLASS_TOKEN", "vit, columns, CLASS_TOKEN", "digit-classifier, patches, FIRST_STEP",
            "row-transformer, rows, MEAN", "row-transformer, permuted, MEAN"})
    void stepWeightsCoverTheirPixelsAndHeadsAndRolloutSumToOne(String name, String scan, Readout readout) {
        Recipe recipe = small(name, "data.scan=" + scan, "data.shrink=2", scan.equals("patches")
                ? "data.scan.size=7"
                : scan.equals("permuted") ? "data.scan.size=28" : "seed=1");
        List<AttentionMap> maps = maps(recipe);
        assertThat(maps).hasSize(8).extracting(AttentionMap::label).containsExactly("0", "1", "2", "3", "4", "5", "6",
                "7");
        for (AttentionMap map : maps) {
            assertThat(map.readout()).isEqualTo(readout);
            assertThat(map.blocks()).isEqualTo(2);
            assertThat(map.heads()).hasSize(2);
            assertThat(map.probability()).isBetween(0.1, 1.0);
            for (double[] head : map.heads()) {
                requireShares(head, recipe, readout);
            }
            requireShares(map.rollout(), recipe, readout);
        }
    }

    /** One share a step, all of them 1, but for what a class token takes of itself. */
    private static void requireShares(double[] pixels, Recipe recipe, Readout readout) {
        int[] order = recipe.data().scan().order(14, 14);
        int features = recipe.data().scan().features(14, 14);
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            assertThat(pixels[order[i]]).isPositive().isEqualTo(pixels[order[i / features * features]]);
            sum += pixels[order[i]] / features;
        }
        if (readout == Readout.CLASS_TOKEN) {
            assertThat(sum).isBetween(0.1, 0.999);
        } else {
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void pixelsOfAPaddedPatchGetItsShare() {
        double[] rollout = maps(small("vit", "data.scan=patches", "data.scan.size=6", "data.scan.pad=true")).getFirst()
                .rollout();
        assertThat(rollout).hasSize(28 * 28);
        assertThat(rollout[4 * 28 + 4]).isEqualTo(rollout[0]).isNotEqualTo(rollout[4 * 28 + 5])
                .isNotEqualTo(rollout[5 * 28 + 4]);
        assertThat(DoubleStream.of(rollout).distinct().count()).isEqualTo(25);
    }

    @Test
    void everyRowOfEveryBlockSumsToOneWithAHeadSoftmaxToo() {
        try (Experiment experiment = new Experiment(small("vit", "head.softmax=true"), 2)) {
            Loader loader = experiment.examples(Split.TEST).loader();
            try (Tape tape = experiment.engine().inference()) {
                Shape shape = Shape.of(loader.steps(), 3, loader.features());
                Tensor x = tape.input(shape, loader.batch(new int[] {0, 1, 2}, 0, 3).values());
                List<Tensor> blocks = ((Classifier) experiment.network()).attention(x).orElseThrow().blocks();
                int tokens = 1 + loader.steps();
                assertThat(blocks).hasSize(2);
                for (Tensor block : blocks) {
                    assertThat(block.shape()).isEqualTo(Shape.of(3 * 2, tokens, tokens));
                    float[] weights = block.values();
                    for (int row = 0; row < weights.length; row += tokens) {
                        double sum = 0;
                        for (int k = 0; k < tokens; k++) {
                            sum += weights[row + k];
                        }
                        assertThat(sum).isCloseTo(1, within(1e-6));
                    }
                }
            }
        }
    }

    @Test
    void theSoftmaxIsAppliedOnlyOnce() {
        try (Experiment plain = new Experiment(small("vit"), 1);
                Experiment softmax = new Experiment(small("vit", "head.softmax=true"), 1)) {
            assertThat(AttentionMap.of(softmax).getFirst().probability())
                    .isCloseTo(AttentionMap.of(plain).getFirst().probability(), within(1e-6));
        }
    }

    @Test
    void tooManyStepsGiveNoMap() {
        assertThat(maps(small("vit", "data.scan=pixels"))).isEmpty();
    }

    @Test
    void modelsWithoutAttentionHaveNoMaps() {
        assertThat(maps(Recipes.find("lstm-rows", List.of("model.hidden=8", "head.softmax=true")))).isEmpty();
    }

    @Test
    void theRolloutOfIdentityAttentionIsTheIdentity() {
        float[] identity = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
        for (int token = 0; token < 3; token++) {
            double[] reader = new double[3];
            reader[token] = 1;
            assertThat(AttentionMap.rollout(reader, List.of(identity, identity))).containsExactly(reader);
        }
    }

    @Test
    void theRolloutIsTheProductOverTheBlocks() {
        float[] first = {0, 1, 1, 0, 1, 0, 0, 1}; // two heads, whose mean is 1/2 everywhere
        float[] second = {0, 1, 0, 1};
        // (A_2 + I) / 2 = [1/2 1/2; 0 1], (A_1 + I) / 2 = [3/4 1/4; 1/4 3/4]
        assertThat(AttentionMap.rollout(new double[] {1, 0}, List.of(first, second))).containsExactly(0.5, 0.5);
        assertThat(AttentionMap.rollout(new double[] {0, 1}, List.of(first, second))).containsExactly(0.25, 0.75);
        double[] mean = AttentionMap.rollout(new double[] {0.5, 0.5}, List.of(first, second));
        assertThat(Arrays.stream(mean).sum()).isEqualTo(1);
    }
}
