package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.Findings.Example;
import scanline.lab.recipe.Recipes;
import scanline.lab.task.Answer;

class FindingsTest {
    private static Answer answer(double probability, int... labels) {
        return new Answer(labels, probability, new double[10], new float[10]);
    }

    @Test
    void mistakesAreSortedByDescendingAndAnswersByAscendingConfidence() {
        try (Experiment experiment = new Experiment(Recipes.find("lstm-rows", List.of()), 1)) {
            Findings findings = new Findings(experiment, Split.TEST);
            findings.example(0, new int[] {3}, answer(0.5, 5));
            findings.example(1, new int[] {3}, answer(0.9, 5));
            findings.example(2, new int[] {4}, answer(0.9, 4));
            findings.example(3, new int[] {4}, answer(0.9, 3));
            assertThat(findings.mistakes()).extracting(Example::number).containsExactly(1, 3, 0);
            assertThat(findings.unsure()).extracting(Example::number).containsExactly(0, 1, 2, 3);
            assertThat(findings.cell(3, 5)).extracting(Example::number).containsExactly(1, 0);
            assertThat(findings.correct()).isEqualTo(1);
        }
    }

    @Test
    void aSetInAnotherOrderIsNotAMistake() {
        try (Experiment experiment = new Experiment(Recipes.find("cnn-sigmoid", List.of("data.canvas.size=16",
                "data.canvas.minSize=5", "data.canvas.maxSize=8", "model.channels=2", "model.hidden=6")), 1)) {
            Findings findings = new Findings(experiment, Split.TEST);
            findings.example(0, new int[] {7, 2}, answer(0.5, 2, 7));
            assertThat(findings.mistakes()).isEmpty();
            findings.example(1, new int[] {7, 2}, answer(0.5, 2));
            assertThat(findings.mistakes()).extracting(Example::number).containsExactly(1);
        }
    }
}
