package scanline.lab.report;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import scanline.engine.io.FormatException;
import scanline.lab.base.Numbers;
import scanline.lab.record.RunRecord;
import scanline.lab.run.Progress;

/**
 * The table of all runs that read images one pixel at a time. It states what a figure of sequential MNIST depends on: the
 * order of the pixels, what is read out, and the rule by which the epoch was chosen.
 */
final class SequentialTable {
    private static final int HASH_DIGITS = 16;
    private static final String RASTER = "row by row";
    private static final String ORDER = "data.scan.order";

    private SequentialTable() {}

    /**
     * Returns the table of a data set in Markdown, and below it what the sources published.
     *
     * @param page the page that asks for it
     * @param data the name of the data set
     * @throws FormatException if there is no such record
     */
    static String of(Path page, String data, Collection<RunRecord> records) throws FormatException {
        List<ResultsRow> rows = ResultsRow.of(records).stream()
                .filter(row -> row.first().key("data").equals(data) && isByPixels(row.first()))
                .sorted(Comparator.comparing((ResultsRow row) -> !order(row.first()).equals(RASTER))
                        .thenComparing(row -> order(row.first()))
                        .thenComparing(row -> row.first().command().name()))
                .toList();
        if (rows.isEmpty()) {
            throw new FormatException(page, "asks for the runs by pixels of " + data + ", but no record of one exists");
        }
        StringBuilder table = new StringBuilder(ResultsTable.line("recipe", "order of the pixels", "read-out",
                "parameters",
                "epochs", "epoch chosen by", "test accuracy", "least to most", "seeds", "published", "training time",
                "command of the first seed"));
        table.append("|---|---|---|--:|--:|---|---|---|---|---|--:|---|\n");
        for (ResultsRow row : rows) {
            RunRecord first = row.first();
            table.append(ResultsTable.line(row.recipe(), order(first), readout(first),
                    Numbers.whole(first.parameters()),
                    Integer.toString(first.epochs().size()), rule(first), row.accuracy(), row.leastToMost(), links(row),
                    row.published().text(),
                    Progress.duration(row.runs().stream().mapToDouble(RunRecord::seconds).average().orElseThrow()),
                    ResultsTable.code(first.command().text())));
        }
        table.append('\n');
        rows.stream().map(ResultsRow::first).filter(first -> !published(first).isEmpty()).map(first -> "- "
                + ResultsTable.code(first.command().name()) + ". Published: " + published(first) + ".\n").distinct()
                .forEach(table::append);
        return table.toString();
    }

    /** Returns whether a run reads one pixel of a whole image at each step. */
    private static boolean isByPixels(RunRecord run) {
        boolean single = run.key("data.canvas").isEmpty() || run.key("data.canvas").equals("single");
        boolean whole = run.key("data.shrink").isEmpty() || run.key("data.shrink").equals("1");
        return single && whole && switch (run.key("data.scan")) {
            case "pixels" -> true;
            case "permuted" -> run.key("data.scan.size").equals("1");
            default -> false;
        };
    }

    /** Returns the order with its hash; row by row, for which no hash is recorded, is the order of the file. */
    private static String order(RunRecord run) {
        String hash = run.data().getOrDefault("permutation", "");
        if (hash.isEmpty()) {
            return RASTER;
        }
        String name = run.key(ORDER).isEmpty() || run.key(ORDER).equals("seed")
                ? run.key("data.scan.file").isEmpty() ? "seed " + run.key("data.scan.seed") : "a file"
                : run.key(ORDER);
        return name + " (" + hash.substring(0, Math.min(HASH_DIGITS, hash.length())) + ")";
    }

    private static String readout(RunRecord run) {
        return run.key("model.readout").equals("mean") ? "mean of all steps" : "last step";
    }

    private static String rule(RunRecord run) {
        return Double.isNaN(run.best().validationAccuracy())
                ? "none: the last"
                : "validation, " + run.key("data.validation") + " images";
    }

    /** Returns what the source published in words; empty if this is another task or model, or nothing was published. */
    private static String published(RunRecord run) {
        return run.published().name().isEmpty() ? "" : ResultsTable.description(run).getOrDefault("published", "");
    }

    private static String links(ResultsRow row) {
        return row.runs().stream()
                .map(run -> "[" + run.seed() + "](" + ResultsTable.link(Results.RECORDS + "/" + run.name()) + ")")
                .collect(Collectors.joining(", "));
    }
}
