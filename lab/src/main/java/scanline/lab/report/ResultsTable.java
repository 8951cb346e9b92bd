package scanline.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import scanline.engine.io.Excerpt;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.train.Measures;
import scanline.lab.train.Progress;
import scanline.lab.train.Run;
import scanline.lab.train.RunException;
import scanline.lab.train.Spread;

/** The page of results, in Markdown. It depends on the records alone: no dates, nothing of this machine. */
final class ResultsTable {
    private static final Set<String> WORDS = Set.of("recipe", "record", "command", "published", "test accuracy",
            "seeds",
            "weights (SHA-256)", "commit", "curves");
    private static final String INTRODUCTION = """
            # Results

            Written by `./scanline results` from the records in this folder, not by hand. Each test accuracy is that
            of the epoch with the best validation accuracy; the test images are looked at once, at the end.
            """;
    private static final String LEGEND = """

            ## How to read it
            - A row is a recipe, with what was changed of it. Runs that differ in the seed alone are one row: test
              accuracy, test loss and training time are means over its seeds; the deviation is the standard
              deviation, of samples, in points. `-` stands for a figure that there is not.
            - **Test accuracy**: the share of the test images that the best weights classify rightly. The best weights
              are those of the epoch with the best validation accuracy, on training images held out by
              `data.validation`; with none held out, those of the last epoch. Test images choose nothing.
            - Where an answer has several labels, a sequence or a set, an image counts as right when all of it is: test
              accuracy is sequence accuracy, or exact match. A table below the first has the other measures, means over
              the seeds. **Digit accuracy** is the share of the right digits that stand at their place in the answer,
              **edit distance** the mean number of digits to put in, take out or replace, **length accuracy** the share
              of answers that are as long as they should be. **Overall** precision, recall and F1 count all labels
              together; **per-class** ones are the means over the labels (a label that is never answered has a precision
              of 0) and the harmonic mean of the two. **Mean average precision** ranks the images by their score for a
              label: its probability, or the highest that it had at any step of the answer.
            - **Loss** is the mean cross-entropy of a class, of a sigmoid a label, or of a written word, so it compares
              within a task alone. While training, a network that writes labels is given the right ones before each, so
              its training accuracy is not the accuracy of its own answers; validation and test are.
            - **Published** is what the source printed, where task and model are the source's. How it was measured is
              for the source to say.
            - **Training time** is without evaluation; **examples/s** is the median over all epochs.
            - **Curves**: loss and accuracy over the epochs, on the training and on the held-out images. The ring is
              the best epoch. Training figures are averages over an epoch in which the weights change, so at first
              they lie below those of validation.
            - **Attention**, where a model attends: what it takes of each part of a few test images, with the best weights.

            ## To repeat one
            The command at the commit gives the same weights to the bit, on any machine: compare the hash that it
            prints. `--threads` and the width of vectors change nothing but the time. A data set that does not come
            with Scanline is fetched once with `./scanline data fetch NAME`, or named by `data.dir=FOLDER`. Who cites a
            figure gives the recipe, the seeds and the commit.

            A record holds `recipe.yaml` (every key), `provenance.json` (the command as it was given, commit, machine,
            SHA-256 of the data), `metrics.csv` (a row an epoch), `result.json` (the figures above, and the whole
            hashes) and `confusion.csv` (how many test images of a class, the row, were taken for each class), `labels.csv`
            for sets of labels, and `attention.svg` where the model attends. To add one:

            ```sh
            ./scanline train lstm-rows seed=4 --run runs/lstm-rows-seed4
            ./scanline results --add runs/lstm-rows-seed4
            ```
            """;
    /** Other pages that may lie in the folder, and what they are. */
    static final SortedMap<String, String> SIBLINGS = new TreeMap<>(Map.of(
            "bench.md", "the speeds beside PyTorch and DJL",
            "fuzz.md", "damaged files of every format, and what the readers made of them",
            "growth.md", "how time and memory grow",
            "kills.md", "runs that were killed at random moments",
            "labels.md", "sets of labels: an LSTM beside sigmoids, beams and orders",
            "losses.md", "the losses of training beside PyTorch's",
            "onnx.md", "exported models in ONNX Runtime",
            "reproducibility.md", "the weights over threads and vector widths, beside PyTorch's",
            "studio.md", "the studio under load"));
    private static final int HASH_DIGITS = 16;
    private static final int COMMIT_DIGITS = 7;

    private final List<RunRecord> records;
    private final List<String> siblings;
    private final StringBuilder text = new StringBuilder();

    /** The runs of one row: they differ in their seeds alone. An unfinished run is a row of its own. */
    private record Row(List<RunRecord> runs) {
        RunRecord first() {
            return runs.getFirst();
        }

        List<Outcome> outcomes() {
            return runs.stream().map(RunRecord::outcome).filter(Objects::nonNull).toList();
        }

        double mean(ToDoubleFunction<Outcome> figure) {
            return outcomes().stream().mapToDouble(figure).average().orElseThrow();
        }

        Spread accuracy() {
            return Spread.of(outcomes().stream().mapToDouble(Outcome::accuracy));
        }
    }

    /**
     * The page of these records.
     *
     * @param siblings other pages in the same folder
     */
    ResultsTable(List<RunRecord> records, List<String> siblings) {
        this.records = records;
        this.siblings = siblings;
    }

    String text() {
        text.append(INTRODUCTION);
        Map<String, List<Row>> sections = new TreeMap<>(
                Comparator.<String, Boolean>comparing(data -> !data.equals("mnist")).thenComparing(data -> data));
        for (Row row : rows()) {
            sections.computeIfAbsent(row.first().key("data"), _ -> new ArrayList<>()).add(row);
        }
        sections.forEach(this::section);
        legend();
        return text.toString();
    }

    private Collection<Row> rows() {
        Map<Object, Row> rows = new LinkedHashMap<>();
        for (RunRecord run : records.stream().sorted(RunRecord.ORDER).toList()) {
            Object key = run.outcome() == null ? run.name() : run.settings();
            List<RunRecord> runs = rows.computeIfAbsent(key, _ -> new Row(new ArrayList<>())).runs();
            for (RunRecord other : runs) {
                if (other.seed() == run.seed()) {
                    throw new RunException(other.name() + " and " + run.name()
                            + " are the same recipe with the same seed: keep one of these records");
                }
            }
            runs.add(run);
        }
        return rows.values();
    }

    private void section(String data, List<Row> rows) {
        text.append("\n## ").append(title(data)).append("\n");
        header("recipe", "parameters", "published", "test accuracy", "least to most", "deviation", "seeds", "test loss",
                "epochs", "training time", "examples/s");
        rows.forEach(this::figures);
        text.append('\n');
        rows.stream().collect(Collectors.groupingBy(row -> row.first().command().name(), TreeMap::new,
                Collectors.toList())).values().forEach(this::source);
        measures(rows);
        text.append("\nHow each was made:\n");
        header("record", "command", "test accuracy", "validation accuracy", "best epoch", "weights (SHA-256)", "commit",
                "curves");
        List<RunRecord> runs = rows.stream().flatMap(row -> row.runs().stream()).toList();
        runs.forEach(this::made);
        text.append('\n');
        runs.stream().collect(Collectors.groupingBy(RunRecord::machine, TreeMap::new, Collectors.counting()))
                .forEach((machine, count) -> text.append("- ").append(count).append(count == 1 ? " run" : " runs")
                        .append(" on: ").append(machine).append('\n'));
    }

    private void figures(Row row) {
        RunRecord first = row.first();
        List<Outcome> outcomes = row.outcomes();
        boolean finished = !outcomes.isEmpty();
        boolean several = outcomes.size() > 1;
        cells(recipe(first), number(first.parameters()), published(first).text(),
                finished ? accuracy(row) : unfinished(first),
                several
                        ? digits(100 * outcomes.stream().mapToDouble(Outcome::accuracy).min().orElseThrow()) + " to "
                                + percent(outcomes.stream().mapToDouble(Outcome::accuracy).max().orElseThrow())
                        : Table.NONE,
                several ? digits(100 * row.accuracy().deviation()) : Table.NONE,
                row.runs().stream().map(run -> Long.toString(run.seed())).collect(Collectors.joining(", ")),
                finished ? String.format(Locale.ROOT, "%.4f", row.mean(Outcome::loss)) : Table.NONE,
                Integer.toString(first.epochs().size()),
                Progress.duration(row.runs().stream().mapToDouble(RunRecord::seconds).average().orElseThrow()),
                speed(row.runs()));
    }

    /** What tasks with several labels a picture measure besides, a table for each kind of them. */
    private void measures(List<Row> rows) {
        Map<Set<String>, List<Row>> kinds = new LinkedHashMap<>();
        for (Row row : rows) {
            row.outcomes().stream().map(outcome -> outcome.measures().keySet()).filter(names -> !names.isEmpty())
                    .findFirst().ifPresent(names -> kinds.computeIfAbsent(names, _ -> new ArrayList<>()).add(row));
        }
        kinds.forEach((names, same) -> {
            header(Stream.concat(Stream.of("recipe", "all right"), names.stream().map(Measures::title))
                    .toArray(String[]::new));
            for (Row row : same) {
                cells(Stream.concat(Stream.of(recipe(row.first()), percent(row.accuracy().mean())),
                        names.stream().map(name -> Measures.value(name,
                                row.mean(outcome -> outcome.measures().getOrDefault(name, Double.NaN)))))
                        .toArray(String[]::new));
            }
        });
    }

    private static String recipe(RunRecord run) {
        return Stream.concat(Stream.of(run.command().name()), run.command().changes().stream())
                .map(ResultsTable::code).collect(Collectors.joining(" "));
    }

    private String accuracy(Row row) {
        String ours = "**" + percent(row.accuracy().mean()) + "**";
        return published(row.first()).isPrintedWrongly()
                ? ours + ", would print as "
                        + percent(row.mean(Outcome::right) / row.first().published().divisor())
                : ours;
    }

    private static String unfinished(RunRecord run) {
        return "unfinished: " + run.epochs().size() + " of " + run.key("epochs")
                + " epochs, best validation accuracy " + validation(run);
    }

    static String validation(RunRecord run) {
        double accuracy = run.best().validationAccuracy();
        return Double.isNaN(accuracy) ? "none held out" : percent(accuracy);
    }

    private PublishedFigure published(RunRecord run) {
        return new PublishedFigure(run.published(), examples(run));
    }

    /** How many test examples there are; an unfinished run has not counted them, but another one may have. */
    private long examples(RunRecord run) {
        return records.stream().filter(other -> other.task().equals(run.task())).map(RunRecord::outcome)
                .filter(Objects::nonNull).mapToLong(Outcome::examples).findFirst().orElse(0);
    }

    /** What a recipe is and reproduces. */
    private void source(List<Row> rows) {
        RunRecord first = rows.getFirst().first();
        text.append("- ").append(code(first.command().name())).append(": ").append(first.key("about"))
                .append(". Source: ").append(first.key("source")).append('.');
        rows.stream().filter(row -> !row.first().published().name().isEmpty()).findFirst().ifPresent(row -> {
            text.append(" Published: ").append(row.first().published().name()).append('.');
            divisor(row);
        });
        text.append('\n');
    }

    /** What is wrong about a published figure whose source divides by another number than that of the test examples. */
    private void divisor(Row row) {
        PublishedFigure published = published(row.first());
        if (!published.isPrintedWrongly()) {
            return;
        }
        text.append(' ').append(published.explanation());
        row.outcomes().stream().findFirst().ifPresent(outcome -> text
                .append(" What it would have printed for our runs is")
                .append(" beside their accuracy: seed ").append(row.first().seed()).append(", for example, has ")
                .append(number(outcome.right())).append(" right answers, so ").append(percent(outcome.accuracy()))
                .append(", and it would have printed ").append(published.printed(outcome)).append('.'));
    }

    private void made(RunRecord run) {
        Outcome outcome = run.outcome();
        String curves = link(run.name() + "/curves.svg");
        cells("[" + run.name() + "](" + link(run.name()) + ")", code(run.command().text()),
                outcome == null ? Table.NONE : percent(outcome.accuracy()), validation(run),
                Integer.toString(run.best().epoch()),
                outcome == null ? Table.NONE : outcome.weights().substring(0, HASH_DIGITS) + "...",
                commit(run.commit()),
                "<a href=\"" + curves + "\"><img src=\"" + curves + "\" width=\"240\" alt=\"curves\"></a>"
                        + (run.attends() ? " [attention](" + link(run.name() + "/" + RunRecord.ATTENTION) + ")" : ""));
    }

    private void legend() {
        text.append(LEGEND);
        if (!siblings.isEmpty()) {
            text.append("\nBeside this page: ").append(siblings.stream()
                    .map(file -> "[" + file + "](" + file + "), " + SIBLINGS.get(file))
                    .collect(Collectors.joining("; ")))
                    .append(".\n");
        }
    }

    private void header(String... names) {
        text.append('\n');
        cells(names);
        for (String name : names) {
            text.append(WORDS.contains(name) ? "|---" : "|--:");
        }
        text.append("|\n");
    }

    private void cells(String... cells) {
        text.append(Arrays.stream(cells).map(cell -> Excerpt.line(cell).replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    static String title(String data) {
        return Arrays.stream(data.split("-"))
                .map(word -> word.equals("mnist") || word.isEmpty()
                        ? word.toUpperCase(Locale.ROOT)
                        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining("-"));
    }

    static String commit(String commit) {
        return commit.length() <= COMMIT_DIGITS
                ? commit
                : commit.substring(0, COMMIT_DIGITS) + (commit.endsWith("-dirty") ? "-dirty" : "");
    }

    private static String code(String words) {
        return "`" + words + "`";
    }

    private static String link(String path) {
        return path.replace(" ", "%20");
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String percent(double fraction) {
        return digits(100 * fraction) + " %";
    }

    private static String digits(double points) {
        return String.format(Locale.ROOT, "%.2f", points);
    }

    /** Examples a second: the median over all epochs. */
    static double medianSpeed(List<RunRecord> runs) {
        return median(runs.stream().flatMap(run -> run.epochs().stream()).mapToDouble(Run.Epoch::examplesPerSecond)
                .toArray());
    }

    /** The same as words. */
    static String speed(List<RunRecord> runs) {
        return number(Math.round(medianSpeed(runs)));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
