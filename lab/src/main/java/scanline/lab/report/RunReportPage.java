package scanline.lab.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import scanline.data.canvas.Canvas.Answer;
import scanline.lab.base.Numbers;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.AttentionMap;
import scanline.lab.insight.Findings;
import scanline.lab.insight.HiddenStates;
import scanline.lab.insight.SequenceMap;
import scanline.lab.model.Autoregressive;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.report.figure.AttentionPicture;
import scanline.lab.report.figure.Curves;
import scanline.lab.report.figure.Markup;
import scanline.lab.report.figure.SequencePicture;
import scanline.lab.report.figure.StatesGallery;
import scanline.lab.run.Progress;
import scanline.lab.task.Measures;

/**
 * The report of a run, as one self-contained {@link Page}. It depends only on the run, so the same run gives the same
 * bytes.
 */
final class RunReportPage {
    // Keys that the head of the page shows, and the location of the data, which is private and useless to others.
    private static final Set<String> LEFT_OUT = Set.of("about", "source", "published", "data.dir");
    private static final double QUANTILE = 1.96; // of the normal distribution, for 95 %

    private final Experiment experiment;
    private final RunRecord run;
    private final @Nullable FindingsSections findings;
    private final @Nullable Attention attention;
    private final Answer kind;
    private final Page page;

    /** A drawing of a model's attention. */
    record Attention(String title, String explanation, String svg) {
        private static final String OF_CLASSES = "The first test image of each of the first classes, with the best weights."
                + " Rollout follows Abnar and Zuidema (2020): the attention and the residual connection around it, with equal"
                + " weights, multiplied through all blocks. The attention to a step is drawn on the pixels of that step.";
        private static final String OF_SEQUENCES = "The first test images, with the best weights. Encoder: the attention of all"
                + " steps together to each step. Words: the attention of each word (row) to each word before it and to itself"
                + " (column); the first is the start. Word 1 and so on: the attention of the word that is written to each step,"
                + " on the pixels of that step; the last one is the end.";

        /** Returns the drawing of a model with its best weights; null if the model does not attend. */
        static @Nullable Attention of(Experiment experiment) {
            List<AttentionMap> maps = AttentionMap.of(experiment);
            if (!maps.isEmpty()) {
                return new Attention(AttentionPicture.title(maps.getFirst()), OF_CLASSES, AttentionPicture.svg(maps));
            }
            List<SequenceMap> sequences = SequenceMap.of(experiment);
            return sequences.isEmpty()
                    ? null
                    : new Attention(SequencePicture.TITLE, OF_SEQUENCES, SequencePicture.svg(sequences));
        }
    }

    /**
     * Creates the page of a run.
     *
     * @param experiment the experiment of the run, with its best weights
     * @param findings the findings of these weights on the examples; null if there are none to show
     * @param attention the drawing of the attention; null if there is none
     */
    RunReportPage(Experiment experiment, RunRecord run, @Nullable Findings findings, @Nullable Attention attention) {
        this.experiment = experiment;
        this.run = run;
        this.attention = attention;
        kind = experiment.recipe().data().canvas().answer();
        page = new Page(run.name());
        this.findings = findings == null ? null : new FindingsSections(page, experiment, findings);
    }

    /** Returns the page with its sections in order; a section without content is left out. */
    String text() {
        head();
        figures();
        curves();
        if (findings != null) {
            findings.answers();
        }
        attention();
        if (findings != null) {
            findings.steps();
        }
        states();
        reproduction();
        recipe();
        notes();
        return page.text();
    }

    private void head() {
        String about = run.key("about");
        page.paragraph(about + (about.endsWith(".") ? "" : ".") + " Source: " + run.key("source") + ".");
        if (run.outcome() == null) {
            page.paragraph("state", "Unfinished: " + run.epochs().size() + " of " + run.key("epochs") + " epochs. "
                    + (findings == null
                            ? "This run has no validation set, and the test images are used only at the end, so no"
                                    + " examples are shown."
                            : "Figures and examples are those of the validation images, with the best weights so far."
                                    + " The test images are used only at the end."));
        }
    }

    private void figures() {
        page.add("<dl class=\"tiles\">\n");
        Outcome outcome = run.outcome();
        if (outcome != null) {
            tile("test accuracy", Numbers.percent(outcome.accuracy()),
                    Numbers.whole(outcome.correct()) + " of " + Numbers.whole(outcome.examples()));
            tile("test loss", Numbers.fourDecimals(outcome.loss()), "nats");
        }
        double loss = run.best().validationLoss();
        tile("validation accuracy", ResultsRow.validation(run),
                Double.isNaN(loss) ? "" : "loss " + Numbers.fourDecimals(loss));
        tile("best epoch", Integer.toString(run.best().epoch()), "of " + run.epochs().size()
                + (outcome == null ? " so far" : ""));
        tile("parameters", Numbers.whole(run.parameters()), "trainable");
        tile("training time", Progress.duration(run.seconds()), ResultsTable.speed(List.of(run)) + " examples/s");
        page.add("</dl>\n");
        if (outcome != null) {
            result(outcome);
        }
    }

    private void tile(String name, String value, String note) {
        page.add("<div><dt>" + Markup.escaped(name) + "</dt><dd><b>" + Markup.escaped(value) + "</b><small>"
                + Markup.escaped(note) + "</small></dd></div>\n");
    }

    private void result(Outcome outcome) {
        Table table = Table.ofFigures("on the test images", "value");
        outcome.measures().forEach((name, value) -> table.row(Measures.title(name), Measures.value(name, value)));
        table.row("accuracy, 95 % confidence interval", interval(outcome.correct(), outcome.examples()));
        PublishedFigure published = new PublishedFigure(run.published(), outcome.examples());
        if (run.published().accuracy() > 0) {
            table.row("published accuracy", published.text());
        }
        if (published.isPrintedWrongly()) {
            table.row("ours, as the source would print it", published.printed(outcome));
        }
        page.table("figures on the test images", table);
        String source = run.published().name();
        if (!source.isEmpty()) {
            page.paragraph("soft",
                    "Published: " + source + (source.endsWith(".") ? " " : ". ") + published.explanation());
        }
    }

    /** Returns the 95 % confidence interval of a share, given the number of examples (Wilson 1927). */
    private static String interval(long correct, long examples) {
        double n = examples;
        double p = correct / n;
        double square = QUANTILE * QUANTILE;
        double middle = (p + square / (2 * n)) / (1 + square / n);
        double half = QUANTILE * Math.sqrt(p * (1 - p) / n + square / (4 * n * n)) / (1 + square / n);
        return String.format(Locale.ROOT, "%.2f to %.2f %%", 100 * Math.max(0, middle - half),
                100 * Math.min(1, middle + half));
    }

    private void curves() {
        page.section("Learning curves");
        page.add("<ul class=\"legend run0\"><li><i class=\"swatch dashed\"></i><span>training</span></li>"
                + (Double.isNaN(run.best().validationLoss())
                        ? ""
                        : "<li><i class=\"swatch\"></i><span>validation; the ring is the best epoch</span></li>")
                + "</ul>\n" + Curves.ofPage(List.of(run)));
        page.paragraph("soft",
                "The vertical axes are logarithmic, in the loss and in the error (1 - accuracy). Training figures are"
                        + " means over an epoch in which the weights change."
                        + (kind == Answer.CLASS || findings == null || !isWritten()
                                ? ""
                                : " In training, the correct previous labels are given; in validation, they are not."));
    }

    private boolean isWritten() {
        return experiment.network() instanceof Autoregressive;
    }

    /** Adds the drawing, which is also a file of the run. */
    private void attention() {
        if (attention == null) {
            return;
        }
        page.section("Attention");
        page.paragraph(attention.explanation);
        page.scroll("Attention", "<img alt=\"" + Markup.escaped(attention.title) + "\" src=\"data:image/svg+xml;base64,"
                + Base64.getEncoder().encodeToString(attention.svg.getBytes(StandardCharsets.UTF_8)) + "\"/>\n");
    }

    /** Adds the hidden states; only for a finished run, because the images are test images. */
    private void states() {
        List<HiddenStates> read = run.outcome() == null ? List.of() : HiddenStates.of(experiment);
        if (read.isEmpty()) {
            return;
        }
        page.section("Hidden states");
        page.paragraph(
                "The first test image of each of the first classes; the hidden state of the last layer, with a row for"
                        + " each unit and a column for each step; and the probability of each class (row) if the sequence"
                        + " ended at that step. Blue is negative and orange positive; the color is stronger the farther the"
                        + " value is from 0, relative to the largest of its map.");
        page.add(new StatesGallery(read, experiment.dataset().classNames()).html());
    }

    private void reproduction() {
        page.section("Reproduction");
        page.command(run.command().text());
        page.paragraph(
                "At this commit, the command gives bit-identical weights on any machine, with any number of threads and"
                        + " any vector width." + (run.commits().stream().anyMatch(commit -> commit.endsWith("-dirty"))
                                ? " However, files differed from that commit when this run was made."
                                : ""));
        Table table = Table.ofWords("provenance", "");
        table.row("commit", String.join(", ", run.commits()));
        table.row("machine", run.machine());
        table.row("data", Objects.toString(run.data().get("name"), run.key("data")));
        run.data().forEach((part, hash) -> {
            if (!part.equals("name")) {
                table.row("SHA-256 of " + part, hash);
            }
        });
        Outcome outcome = run.outcome();
        if (outcome != null) {
            table.row("SHA-256 of the best weights", outcome.weights());
        }
        page.table("provenance", table);
    }

    private void recipe() {
        page.section("Recipe");
        Map<String, String> keys = new LinkedHashMap<>(run.keys());
        keys.keySet().removeAll(LEFT_OUT);
        page.keys(keys);
    }

    private void notes() {
        page.section("Definitions");
        List<String> notes = new ArrayList<>();
        notes.add(switch (kind) {
            case CLASS -> "Accuracy is the share of images whose actual class is the most probable one.";
            case SEQUENCE ->
                "Accuracy is the share of images whose whole sequence is correct. Digit accuracy is the share of target"
                        + " labels that are at their place in the answer; edit distance is the mean number of labels to"
                        + " insert, delete or replace; length accuracy is the share of answers with the correct length.";
            case SET ->
                "Accuracy is the share of images whose whole set is correct (exact match). Overall figures count all"
                        + " labels together; per-class ones are means over the labels, and F1 is the harmonic mean of"
                        + " precision and recall. Average precision ranks the images by their score for a label.";
        });
        notes.add("Loss is the mean cross-entropy in nats " + (isWritten()
                ? "of a written word, given the correct words before it"
                : kind == Answer.SET ? "of the labels' sigmoids" : "of an image")
                + ", without label smoothing. It is comparable only within a task.");
        notes.add(
                "The probability of an answer is the model's probability of the whole answer; it need not be calibrated.");
        notes.add("The best epoch is the one with the highest validation accuracy, on training images held out for"
                + " validation (data.validation); without a validation set, it is the last one. Because the validation set"
                + " chooses the epoch, validation figures are slightly too good. The test images choose nothing: they are"
                + " evaluated once, at the end.");
        notes.add(
                "The confidence interval reflects only the number of test images. Another seed gives another model"
                        + " and often differs by as much: compare recipes over several seeds.");
        page.list(notes);
    }
}
