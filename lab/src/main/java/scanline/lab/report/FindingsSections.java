package scanline.lab.report;

import java.util.ArrayList;
import java.util.List;
import scanline.data.canvas.Canvas.Answer;
import scanline.lab.base.Numbers;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.AccuracyAfterSteps;
import scanline.lab.insight.Findings;
import scanline.lab.insight.Findings.Example;
import scanline.lab.report.figure.ConfusionMatrix;
import scanline.lab.report.figure.Gallery;
import scanline.lab.report.figure.StepsChart;
import scanline.lab.task.LabelScore;

/** The sections of a run's page about the answers of its best weights to the examples of a split. */
final class FindingsSections {
    private static final int MISTAKES = 24;
    private static final int LEAST_CONFIDENT = 12;

    private final Page page;
    private final Experiment experiment;
    private final Findings findings;
    private final Answer kind;
    private final List<String> names;
    private final String images;

    FindingsSections(Page page, Experiment experiment, Findings findings) {
        this.page = page;
        this.experiment = experiment;
        this.findings = findings;
        kind = experiment.recipe().data().canvas().answer();
        names = experiment.dataset().classNames();
        images = findings.split() == Split.TEST ? "test images" : "validation images";
    }

    /** Adds the confusion matrix, the measures of each label, and selected examples. */
    void answers() {
        confusion();
        labels();
        examples();
    }

    private void confusion() {
        int[][] counts = findings.confusion();
        if (counts.length == 0) {
            return;
        }
        page.section("Confusion matrix");
        ConfusionMatrix matrix = new ConfusionMatrix(counts, names);
        page.paragraph("The number of labels of the " + images
                + " (row) that were predicted as each label (column), and its share of the row."
                + (kind == Answer.SEQUENCE
                        ? " Only places that both sequences have are counted."
                        : ""));
        page.paragraph(matrix.worst());
        page.scroll("confusion matrix", matrix.html());
        page.paragraph("soft",
                "An empty cell is 0. Blue is correct and orange incorrect; orange has its own scale, so that rare"
                        + " mistakes are visible.");
    }

    private void labels() {
        page.section(kind == Answer.CLASS ? "Classes" : "Labels");
        String places = kind == Answer.SEQUENCE ? "places" : "images";
        Table table = findings.isOfSets()
                ? Table.ofFigures("label", "precision", "recall", "F1", "present", "predicted", "correct",
                        "average precision")
                : Table.ofFigures("label", "precision", "recall", "F1", "support", "predicted", "correct");
        for (LabelScore label : findings.labels()) {
            List<String> cells = new ArrayList<>(
                    List.of(names.get(label.label()), Numbers.fourDecimals(label.precision()),
                            Numbers.fourDecimals(label.recall()), Numbers.fourDecimals(label.f1()),
                            Numbers.whole(label.present()),
                            Numbers.whole(label.predicted()), Numbers.whole(label.correct())));
            if (findings.isOfSets()) {
                cells.add(Numbers.fourDecimals(label.averagePrecision()));
            }
            table.row(cells.toArray(String[]::new));
        }
        page.table("measures of each label", table);
        page.paragraph("soft",
                "Fractions, on the " + images + ". Precision: of the predictions of a label, the share that is"
                        + " correct. Recall: of the " + places + " with the label, the share for which it is predicted."
                        + " F1: the harmonic mean of the two. " + (findings.isOfSets() ? "Present" : "Support")
                        + ": the number of " + places + " with the label.");
    }

    private void examples() {
        Gallery gallery = new Gallery(experiment.examples(findings.split()).pictures(), names, kind);
        int mistakes = findings.examples() - findings.correct();
        page.section("Most confident mistakes");
        if (mistakes == 0) {
            page.paragraph("There are no mistakes among the " + images + ".");
        } else {
            page.paragraph((mistakes > MISTAKES
                    ? "The " + MISTAKES + " most confident of " + Numbers.whole(mistakes) + " incorrect answers"
                    : "All incorrect answers") + " among the " + images + ", in order of decreasing probability."
                    + (kind == Answer.CLASS ? "" : " Incorrect and missing labels are underlined."));
            page.add(gallery.html(first(MISTAKES, findings.mistakes())));
        }
        page.section("Least confident answers");
        page.paragraph("The answers with the lowest probability among the " + images + ", correct or not.");
        page.add(gallery.html(first(LEAST_CONFIDENT, findings.unsure())));
    }

    private static List<Example> first(int most, List<Example> examples) {
        return examples.subList(0, Math.min(most, examples.size()));
    }

    /** Adds the accuracy after each step, if the model can classify after each step. */
    void steps() {
        AccuracyAfterSteps.of(experiment, findings.split()).ifPresent(accuracy -> {
            page.section("Accuracy after each step");
            page.paragraph("The share of the " + images + " that is classified correctly if the model reads only the"
                    + " first steps: it classifies as if the sequence ended there. It was trained only on whole"
                    + " sequences.");
            page.add(StepsChart.svg(accuracy));
        });
    }
}
