package scanline.lab.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import scanline.lab.base.Numbers;
import scanline.lab.base.RunException;
import scanline.lab.base.Spread;
import scanline.lab.record.Records;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;

/**
 * A row of a table of results, with its cells as text.
 *
 * @param runs at least one; they differ only in their seeds. An unfinished run has its own row.
 * @param examples the number of test examples; 0 if unknown
 */
record ResultsRow(List<RunRecord> runs, long examples) {
    /**
     * Groups records into rows, in the order of tables.
     *
     * @throws RunException if two records have the same recipe and the same seed
     */
    static List<ResultsRow> of(Collection<RunRecord> records) {
        Map<Object, List<RunRecord>> rows = new LinkedHashMap<>();
        for (RunRecord run : records.stream().sorted(Records.ORDER).toList()) {
            Object key = run.outcome() == null ? run.name() : run.settings();
            List<RunRecord> runs = rows.computeIfAbsent(key, _ -> new ArrayList<>());
            for (RunRecord other : runs) {
                if (other.seed() == run.seed()) {
                    throw new RunException(other.name() + " and " + run.name()
                            + " are the same recipe with the same seed: keep one of these records");
                }
            }
            runs.add(run);
        }
        return rows.values().stream().map(runs -> new ResultsRow(runs, examples(runs.getFirst(), records))).toList();
    }

    /** Returns the number of test examples; for an unfinished run, that of a finished run with the same task. */
    private static long examples(RunRecord run, Collection<RunRecord> records) {
        return records.stream().filter(other -> other.task().equals(run.task())).map(RunRecord::outcome)
                .filter(Objects::nonNull).mapToLong(Outcome::examples).findFirst().orElse(0);
    }

    RunRecord first() {
        return runs.getFirst();
    }

    List<Outcome> outcomes() {
        return runs.stream().map(RunRecord::outcome).filter(Objects::nonNull).toList();
    }

    boolean isSeveral() {
        return outcomes().size() > 1;
    }

    /** Returns the mean of a figure over the runs. */
    double mean(ToDoubleFunction<Outcome> figure) {
        return outcomes().stream().mapToDouble(figure).average().orElseThrow();
    }

    Spread spread() {
        return Spread.of(outcomes().stream().mapToDouble(Outcome::accuracy));
    }

    /** Returns the recipe and its changed keys. */
    String recipe() {
        return Stream.concat(Stream.of(first().command().name()), first().changes().stream())
                .map(ResultsTable::code).collect(Collectors.joining(" "));
    }

    PublishedFigure published() {
        return new PublishedFigure(first().published(), examples);
    }

    /** Returns the mean test accuracy, or the progress of an unfinished run. */
    String accuracy() {
        if (outcomes().isEmpty()) {
            return "unfinished: " + first().epochs().size() + " of " + first().key("epochs")
                    + " epochs, best validation accuracy " + validation(first());
        }
        String ours = "**" + Numbers.percent(spread().mean()) + "**";
        return published().isPrintedWrongly()
                ? ours + ", would print as "
                        + Numbers.percent(mean(Outcome::correct) / first().published().divisor())
                : ours;
    }

    /** Returns the lowest and the highest test accuracy of several runs. */
    String leastToMost() {
        if (!isSeveral()) {
            return Table.NONE;
        }
        double[] sorted = outcomes().stream().mapToDouble(Outcome::accuracy).sorted().toArray();
        return Numbers.twoDecimals(100 * sorted[0]) + " to " + Numbers.percent(sorted[sorted.length - 1]);
    }

    /** Returns the mean test loss. */
    String loss() {
        return outcomes().isEmpty() ? Table.NONE : Numbers.fourDecimals(mean(Outcome::loss));
    }

    static String validation(RunRecord run) {
        double accuracy = run.best().validationAccuracy();
        return Double.isNaN(accuracy) ? "none held out" : Numbers.percent(accuracy);
    }
}
