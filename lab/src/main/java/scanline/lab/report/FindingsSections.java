package scanline.lab.report;

import java.util.ArrayList;
import java.util.List;
import scanline.lab.base.Numbers;
import scanline.lab.canvas.Canvas.Answer;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.AccuracyAfterSteps;
import scanline.lab.insight.Findings;
import scanline.lab.insight.Findings.Example;
import scanline.lab.report.figure.ConfusionMatrix;
import scanline.lab.report.figure.Gallery;
import scanline.lab.report.figure.StepsChart;
import scanline.lab.task.LabelScore;

/** The sections of a run's page that show what its best weights say of the examples of a split. */
final class FindingsSections {
    private static final int MISTAKES = 24;
    private static final int UNSURE = 12;

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

    /** The confusion matrix, how each label did, and the examples that are worth a look. */
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
        page.paragraph("How many labels of the " + images
                + " (row) were taken for each label (column), with their share"
                + " of the row." + (kind == Answer.SEQUENCE
                        ? " Places that both sequences have are counted."
                        : ""));
        page.paragraph(matrix.worst());
        page.scroll("confusion matrix", matrix.html());
        page.paragraph("soft",
                "An empty cell is 0. Blue is what is right, orange what is wrong, which has a scale of its own so"
                        + " that rare mistakes are seen.");
    }

    private void labels() {
        page.section(kind == Answer.CLASS ? "Classes" : "Labels");
        Table table = findings.isOfSets()
                ? Table.ofFigures("label", "precision", "recall", "F1", "images with it", "answers with it", "right",
                        "average precision")
                : Table.ofFigures("label", "precision", "recall", "F1", "support", "answered", "right");
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
        page.table("how each label did", table);
        page.paragraph("soft",
                "Fractions, on the " + images + ". Precision: of the answers with a label, those that are"
                        + " right about it. Recall: of the " + (kind == Answer.SEQUENCE ? "places" : "images")
                        + " with it, those answered with it. F1: their harmonic mean."
                        + (findings.isOfSets() ? "" : " Support: how many there are."));
    }

    private void examples() {
        Gallery gallery = new Gallery(experiment.examples(findings.split()).pictures(), names, kind);
        int wrong = findings.examples() - findings.correct();
        page.section("The most confident mistakes");
        if (wrong == 0) {
            page.paragraph("There is none among the " + images + ".");
        } else {
            page.paragraph((wrong > MISTAKES
                    ? "The " + MISTAKES + " of " + Numbers.whole(wrong) + " wrong answers"
                    : "All wrong answers") + " among the " + images
                    + " that the model is most sure of, the surest first."
                    + (kind == Answer.CLASS ? "" : " What is wrong or missing is underlined."));
            page.add(gallery.html(first(MISTAKES, findings.mistakes())));
        }
        page.section("The least sure answers");
        page.paragraph("Where the answer to one of the " + images + " has the lowest probability, right or wrong.");
        page.add(gallery.html(first(UNSURE, findings.unsure())));
    }

    private static List<Example> first(int most, List<Example> examples) {
        return examples.subList(0, Math.min(most, examples.size()));
    }

    /** The accuracy of a model that can classify after each step. */
    void steps() {
        AccuracyAfterSteps.of(experiment, findings.split()).ifPresent(accuracy -> {
            page.section("Accuracy over the steps");
            page.paragraph("How many of the " + images + " are classified rightly when the model may read the"
                    + " first steps alone: its head is given the state that they leave behind. It was trained on the last"
                    + " state alone.");
            page.add(StepsChart.svg(accuracy));
        });
    }
}
