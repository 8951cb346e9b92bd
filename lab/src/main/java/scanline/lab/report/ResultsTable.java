package scanline.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import scanline.engine.file.Excerpt;
import scanline.lab.base.Numbers;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.lab.task.Measures;

/** The page of results, in Markdown. It depends only on the records: it has no dates and nothing of this machine. */
public final class ResultsTable {
    private static final Set<String> LEFT_ALIGNED = Set.of("recipe", "record", "command", "published", "test accuracy",
            "seeds",
            "weights (SHA-256)", "commit", "curves");
    private static final String INTRODUCTION = """
            # Results

            Written by `./scanline results` from [the records](records), not by hand. Each test accuracy is that
            of the epoch with the best validation accuracy; the test images are evaluated once, at the end.
            """;
    private static final String LEGEND = """

            ## Definitions
            - Each row is a recipe with its changed keys. Runs that differ only in the seed share a row: test accuracy,
              test loss and training time are means over its seeds; the deviation is the sample standard deviation
              (n - 1), in percentage points. `-` means that no such figure exists.
            - A seed determines the validation set, the initial weights and the order of the images. Deviations over
              two or three seeds are rough. The sampling error of 10,000 test images is 0.1 points at 99 %, 0.2 at
              96 %, 0.5 at 60 %: a smaller difference means nothing.
            - **Test accuracy**: the share of the test images that the best weights classify correctly. The best
              weights are those of the epoch with the best validation accuracy, on training images held out for
              validation (`data.validation`); without a validation set, those of the last epoch. Test images choose
              nothing.
            - If an answer has several labels, a sequence or a set, an image counts as correct only if all of it is
              correct: test accuracy is sequence accuracy, or exact match. Further tables have the other measures,
              means over the seeds. **Digit accuracy** is the share of the target digits that are at their place in the
              answer, **edit distance** the mean number of digits to insert, delete or replace, **length accuracy** the
              share of answers with the correct length. **Overall** precision, recall and F1 count all labels together;
              **per-class** ones are the means over the labels (a label that is never predicted has a precision of 0)
              and the harmonic mean of the two. **Mean average precision** ranks the images by their score for a label:
              its probability, or its highest probability at any step of the answer.
            - **Loss** is the mean cross-entropy of a class, of one sigmoid per label, or of a written word, so it is
              comparable only within a task. In training, a network that writes labels is given the correct previous
              labels, so its training accuracy is not the accuracy of its own answers; validation and test accuracy
              are.
            - **Published** is the figure that the source printed, if task and model are those of the source. Only the
              source can tell how it was measured.
            - **Training time** excludes evaluation; **examples/s** is the median over all epochs. Both were measured
              on a busy machine, with one or two threads: the same work has taken 2.7 times as long. For comparisons,
              use [bench.md](measured/bench.md) instead.
            - **Curves**: loss and accuracy over the epochs, on the training and on the validation images. The ring is
              the best epoch. Training figures are averages over an epoch in which the weights change, so at first they
              are worse than those of validation.
            - **Attention**, if a model attends: how much the model, with the best weights, attends to each part of a
              few test images.

            ## Reproduction
            `./scanline reproduce NAME` retrains a record, or all records of a recipe, and compares losses, accuracies
            and weights with it, bit for bit; without a name, it retrains all records, one after another.
            `./scanline reproduce --quick` compares the first steps of every recipe with
            [first-steps.csv](records/first-steps.csv), in a minute. `--threads`, the vector width and the machine
            change only the time. A data set that does not come with Scanline is downloaded once with
            `./scanline data fetch NAME`. `reproduce` runs the code that you have. For the code that made a record:
            `git checkout COMMIT`, then the command in the table; the second-to-last line that it prints has the
            SHA-256 of the weights. If you cite a figure, give the recipe with its changed keys, the data set, the
            seeds, mean and range, and the commit.

            A record contains `recipe.yaml` (every key), `provenance.json` (the command, commit, machine, SHA-256 of
            the data), `metrics.csv` (one row per epoch), `result.json` (the figures above, and the full hashes),
            `confusion.csv` (how many test images of each class, the row, were predicted as each class, the column),
            `labels.csv` for sets of labels, and `attention.svg` if the model attends. The record of an unfinished run
            also has its checkpoint: `./scanline resume results/records/NAME` resumes it, on any machine. To add a
            record:

            ```sh
            ./scanline train lstm-rows seed=4 --run runs/lstm-rows-seed4
            ./scanline results --add runs/lstm-rows-seed4
            ```
            """;
    /** The order of data sets: MNIST first, then by name. */
    static final Comparator<String> BY_DATA = Comparator.<String, Boolean>comparing(data -> !data.equals("mnist"))
            .thenComparing(data -> data);

    private static final int HASH_DIGITS = 16;
    private static final int COMMIT_DIGITS = 7;

    private final List<RunRecord> records;
    private final List<WrittenPage> pages;
    private final StringBuilder text = new StringBuilder();

    /**
     * Creates the page of these records.
     *
     * @param pages the other pages of the same folder
     */
    ResultsTable(List<RunRecord> records, List<WrittenPage> pages) {
        this.records = records;
        this.pages = pages;
    }

    String text() {
        text.append(INTRODUCTION);
        links("A page for each system: where it comes from, what a reader can check there, what its source leaves\n"
                + "open, and what we chose.",
                WrittenPage.SYSTEMS);
        links("All runs that read images pixel by pixel, with the order of the pixels and what papers published:",
                WrittenPage.SEQUENTIAL);
        Map<String, List<ResultsRow>> sections = new TreeMap<>(BY_DATA);
        for (ResultsRow row : ResultsRow.of(records)) {
            sections.computeIfAbsent(row.first().key("data"), _ -> new ArrayList<>()).add(row);
        }
        sections.forEach(this::section);
        text.append(LEGEND);
        links("Other measurements:", WrittenPage.MEASURED);
        return text.toString();
    }

    private void section(String data, List<ResultsRow> rows) {
        text.append("\n## ").append(title(data)).append("\n");
        header("recipe", "parameters", "published", "test accuracy", "least to most", "deviation", "seeds", "test loss",
                "epochs", "training time", "examples/s");
        rows.forEach(this::figures);
        text.append('\n');
        rows.stream().collect(Collectors.groupingBy(row -> row.first().command().name(), TreeMap::new,
                Collectors.toList())).values().forEach(this::source);
        measures(rows);
        text.append("\nRecords:\n");
        header("record", "command", "test accuracy", "validation accuracy", "best epoch", "weights (SHA-256)", "commit",
                "curves");
        List<RunRecord> runs = rows.stream().flatMap(row -> row.runs().stream()).toList();
        runs.forEach(this::made);
        text.append('\n');
        runs.stream().collect(Collectors.groupingBy(RunRecord::machine, TreeMap::new, Collectors.counting()))
                .forEach((machine, count) -> text.append("- ").append(count).append(count == 1 ? " run" : " runs")
                        .append(" on: ").append(machine).append('\n'));
    }

    private void figures(ResultsRow row) {
        cells(row.recipe(), Numbers.whole(row.first().parameters()), row.published().text(), row.accuracy(),
                row.leastToMost(),
                row.isSeveral() ? Numbers.twoDecimals(100 * row.spread().deviation()) : Table.NONE,
                row.runs().stream().map(run -> Long.toString(run.seed())).collect(Collectors.joining(", ")), row.loss(),
                Integer.toString(row.first().epochs().size()),
                Progress.duration(row.runs().stream().mapToDouble(RunRecord::seconds).average().orElseThrow()),
                speed(row.runs()));
    }

    /** Adds the further measures of tasks with several labels per image, in a table for each kind of task. */
    private void measures(List<ResultsRow> rows) {
        Map<Set<String>, List<ResultsRow>> kinds = new LinkedHashMap<>();
        for (ResultsRow row : rows) {
            row.outcomes().stream().map(outcome -> outcome.measures().keySet()).filter(names -> !names.isEmpty())
                    .findFirst().ifPresent(names -> kinds.computeIfAbsent(names, _ -> new ArrayList<>()).add(row));
        }
        kinds.forEach((names, same) -> {
            header(Stream.concat(Stream.of("recipe", "all correct"), names.stream().map(Measures::title))
                    .toArray(String[]::new));
            for (ResultsRow row : same) {
                cells(Stream.concat(Stream.of(row.recipe(), Numbers.percent(row.spread().mean())),
                        names.stream().map(name -> Measures.value(name,
                                row.mean(outcome -> outcome.measures().getOrDefault(name, Double.NaN)))))
                        .toArray(String[]::new));
            }
        });
    }

    /** Returns the keys that describe the recipe of a run; a built-in recipe has them up to date. */
    static Map<String, String> description(RunRecord run) {
        String recipe = run.command().recipe();
        return Recipes.names().contains(recipe) ? Recipes.find(recipe, List.of()).keys() : run.keys();
    }

    /** Adds the description of a recipe, its source and the published figure. */
    private void source(List<ResultsRow> rows) {
        RunRecord first = rows.getFirst().first();
        Map<String, String> keys = description(first);
        text.append("- ").append(code(first.command().name())).append(": ").append(keys.getOrDefault("about", ""))
                .append(". Source: ").append(keys.getOrDefault("source", "")).append('.');
        rows.stream().filter(row -> !row.first().published().name().isEmpty()).findFirst().ifPresent(row -> {
            text.append(" Published: ").append(row.first().published().name()).append('.');
            divisor(row);
        });
        text.append('\n');
    }

    /** Explains a published figure whose source divides by another number than that of the test examples. */
    private void divisor(ResultsRow row) {
        PublishedFigure published = row.published();
        if (!published.isPrintedWrongly()) {
            return;
        }
        text.append(' ').append(published.explanation());
        row.outcomes().stream().findFirst().ifPresent(outcome -> text
                .append(" What it would have printed for our runs is")
                .append(" next to their accuracy: seed ").append(row.first().seed()).append(", for example, has ")
                .append(Numbers.whole(outcome.correct())).append(" correct answers, so ")
                .append(Numbers.percent(outcome.accuracy()))
                .append(", and it would have printed ").append(published.printed(outcome)).append('.'));
    }

    private void made(RunRecord run) {
        Outcome outcome = run.outcome();
        String record = link(Results.RECORDS + "/" + run.name());
        String curves = record + "/curves.svg";
        cells("[" + run.name() + "](" + record + ")", code(run.command().text()),
                outcome == null ? Table.NONE : Numbers.percent(outcome.accuracy()), ResultsRow.validation(run),
                Integer.toString(run.best().epoch()),
                outcome == null ? Table.NONE : outcome.weights().substring(0, HASH_DIGITS) + "...",
                commits(run),
                "<a href=\"" + curves + "\"><img src=\"" + curves + "\" width=\"240\" alt=\"curves\"></a>"
                        + (run.attends() ? " [attention](" + record + "/" + RunRecord.ATTENTION + ")" : ""));
    }

    private void links(String title, String folder) {
        List<WrittenPage> there = pages.stream().filter(page -> page.folder().equals(folder)).toList();
        if (!there.isEmpty()) {
            text.append('\n').append(title).append("\n\n");
            there.forEach(page -> text.append("- [").append(page.title()).append("](").append(link(page.path()))
                    .append(")\n"));
        }
    }

    private void header(String... names) {
        text.append('\n');
        cells(names);
        for (String name : names) {
            text.append(LEFT_ALIGNED.contains(name) ? "|---" : "|--:");
        }
        text.append("|\n");
    }

    private void cells(String... cells) {
        text.append(line(cells));
    }

    /** Returns a line of a table. */
    static String line(String... cells) {
        return Arrays.stream(cells).map(cell -> Excerpt.line(cell).replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    static String title(String data) {
        return Arrays.stream(data.split("-"))
                .map(word -> word.equals("mnist") || word.isEmpty()
                        ? word.toUpperCase(Locale.ROOT)
                        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining("-"));
    }

    static String commits(RunRecord run) {
        return run.commits().stream().map(commit -> commit.length() <= COMMIT_DIGITS
                ? commit
                : commit.substring(0, COMMIT_DIGITS) + (commit.endsWith("-dirty") ? "-dirty" : ""))
                .collect(Collectors.joining(", "));
    }

    static String code(String words) {
        return "`" + words + "`";
    }

    static String link(String path) {
        return path.replace(" ", "%20");
    }

    /** Returns the examples per second: the median over all epochs. */
    static double medianSpeed(List<RunRecord> runs) {
        return median(runs.stream().flatMap(run -> run.epochs().stream()).mapToDouble(Run.Epoch::examplesPerSecond)
                .toArray());
    }

    /** Returns the median speed as text. */
    static String speed(List<RunRecord> runs) {
        return Numbers.whole(Math.round(medianSpeed(runs)));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
