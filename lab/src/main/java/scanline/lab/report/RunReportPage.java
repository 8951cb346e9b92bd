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
import scanline.lab.base.Numbers;
import scanline.lab.canvas.Canvas.Answer;
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
 * What a run came to, as one page that needs no other file and no network: {@link Page}. It depends on the run alone, so the
 * same run gives the same bytes.
 */
final class RunReportPage {
    // What the head of the page says, and where the data lay: that is of no use to others, and not theirs to know.
    private static final Set<String> LEFT_OUT = Set.of("about", "source", "published", "data.dir");
    private static final double QUANTILE = 1.96; // of the normal distribution, for 95 %

    private final Experiment experiment;
    private final RunRecord run;
    private final @Nullable FindingsSections findings;
    private final @Nullable Attention attention;
    private final Answer kind;
    private final Page page;

    /** A drawing of what a model attends to. */
    record Attention(String title, String explanation, String svg) {
        private static final String OF_CLASSES = "The first test image of each of the first classes, read with the best weights."
                + " Rollout follows Abnar and Zuidema (2020): attention and what passes it by, half and half, multiplied through"
                + " all blocks. What is taken of a step lies on the pixels of that step.";
        private static final String OF_SEQUENCES = "The first test pictures, read with the best weights. Encoder: what all steps"
                + " together take of each step. Words: what each word (row) takes of each word before it and of itself (column),"
                + " the start being the first. Word 1 and so on: what the word that is written takes of each step, on the pixels"
                + " of that step; the last one is the end.";

        /** That of a model with its best weights; null if the model does not attend. */
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
     * The page of a run.
     *
     * @param experiment that of the run, with its best weights
     * @param findings what they say of examples; null if there are none to show
     * @param attention null if there is nothing to draw
     */
    RunReportPage(Experiment experiment, RunRecord run, @Nullable Findings findings, @Nullable Attention attention) {
        this.experiment = experiment;
        this.run = run;
        this.attention = attention;
        kind = experiment.recipe().data().canvas().answer();
        page = new Page(run.name());
        this.findings = findings == null ? null : new FindingsSections(page, experiment, findings);
    }

    /** The sections in their order, each of which is left out where there is nothing to show. */
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
        repeat();
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
                            ? "No training images are held out, and the test images wait for the end, so no examples are shown."
                            : "Figures and pictures are those of the validation images, held out of training, with the"
                                    + " best weights so far. The test images wait for the end."));
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
        tile("parameters", Numbers.whole(run.parameters()), "numbers learned");
        tile("training time", Progress.duration(run.seconds()), ResultsTable.speed(List.of(run)) + " examples/s");
        page.add("</dl>\n");
        if (outcome != null) {
            result(outcome);
        }
    }

    private void tile(String name, String value, String beside) {
        page.add("<div><dt>" + Markup.escaped(name) + "</dt><dd><b>" + Markup.escaped(value) + "</b><small>"
                + Markup.escaped(beside) + "</small></dd></div>\n");
    }

    private void result(Outcome outcome) {
        Table table = Table.ofFigures("on the test images", "value");
        outcome.measures().forEach((name, value) -> table.row(Measures.title(name), Measures.value(name, value)));
        table.row("accuracy, 95 % interval", interval(outcome.correct(), outcome.examples()));
        PublishedFigure published = new PublishedFigure(run.published(), outcome.examples());
        if (run.published().accuracy() > 0) {
            table.row("published accuracy", published.text());
        }
        if (published.isPrintedWrongly()) {
            table.row("ours, as the source would print it", published.printed(outcome));
        }
        page.table("figures on the test images", table);
        String said = run.published().name();
        if (!said.isEmpty()) {
            page.paragraph("soft", "Published: " + said + (said.endsWith(".") ? " " : ". ") + published.explanation());
        }
    }

    /** Between which shares the true one lies with 95 %, as far as the number of examples tells (Wilson 1927). */
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
                "Loss, and errors in place of accuracy, go up by the logarithm. Training figures are means over an"
                        + " epoch in which the weights change."
                        + (kind == Answer.CLASS || findings == null || !isWritten()
                                ? ""
                                : " While training the right labels before each are given; in validation they are not."));
    }

    private boolean isWritten() {
        return experiment.network() instanceof Autoregressive;
    }

    /** The drawing as it stands in its file. */
    private void attention() {
        if (attention == null) {
            return;
        }
        page.section("Attention");
        page.paragraph(attention.explanation);
        page.scroll("Attention", "<img alt=\"" + Markup.escaped(attention.title) + "\" src=\"data:image/svg+xml;base64,"
                + Base64.getEncoder().encodeToString(attention.svg.getBytes(StandardCharsets.UTF_8)) + "\"/>\n");
    }

    /** Of a run that has ended alone, as the images are test images. */
    private void states() {
        List<HiddenStates> read = run.outcome() == null ? List.of() : HiddenStates.of(experiment);
        if (read.isEmpty()) {
            return;
        }
        page.section("What it remembers while it reads");
        page.paragraph(
                "The first test image of each of the first classes; the hidden state of the last layer, a row for each"
                        + " of its units and a column for each step; and how probable each class (a row) is if the sequence ended"
                        + " there. Blue is negative, orange positive, the stronger the farther from 0, by the largest of a picture.");
        page.add(new StatesGallery(read, experiment.dataset().classNames()).html());
    }

    private void repeat() {
        page.section("To repeat it");
        page.command(run.command().text());
        page.paragraph(
                "At this commit it gives the same weights to the bit, on any machine, whatever the threads and the width"
                        + " of vectors." + (run.commits().stream().anyMatch(commit -> commit.endsWith("-dirty"))
                                ? " But files differed from that commit when this run was made."
                                : ""));
        Table table = Table.ofWords("made with", "");
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
        page.table("what it was made with", table);
    }

    private void recipe() {
        page.section("Recipe");
        Map<String, String> keys = new LinkedHashMap<>(run.keys());
        keys.keySet().removeAll(LEFT_OUT);
        page.keys(keys);
    }

    private void notes() {
        page.section("What the figures mean");
        List<String> notes = new ArrayList<>();
        notes.add(switch (kind) {
            case CLASS -> "Accuracy is the share of images whose class is the most probable one.";
            case SEQUENCE ->
                "Accuracy is the share of pictures of which the whole sequence is right. Digit accuracy is the share of"
                        + " the right labels that stand at their place; edit distance the mean number of labels to put in, take out"
                        + " or replace; length accuracy the share of answers that are as long as they should be.";
            case SET ->
                "Accuracy is the share of pictures of which the whole set is right (exact match). Overall figures count all"
                        + " labels together; per-class ones are means over the labels, and F1 is the harmonic mean of precision and"
                        + " recall. Average precision ranks the pictures by their score for a label.";
        });
        notes.add("Loss is the mean cross-entropy in nats " + (isWritten()
                ? "of a written word, the right ones before it given"
                : kind == Answer.SET ? "of the labels' sigmoids" : "of an image")
                + ", without smoothing. It compares within a task alone.");
        notes.add(
                "How sure the model is, is the probability that it gives its whole answer; it need not be calibrated.");
        notes.add("The best epoch is the one with the highest validation accuracy, on training images held out"
                + " (data.validation); with none held out, the last. Because it was chosen by them, validation figures are a"
                + " little too good. The test images choose nothing: they are looked at once, at the end.");
        notes.add(
                "The interval says what the number of test images leaves open. Another seed gives another model, and often"
                        + " differs by as much: compare recipes over several seeds.");
        page.list(notes);
    }
}
