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
 * A row of a table of results, in words.
 *
 * @param runs at least one; they differ in their seeds alone. An unfinished run is a row of its own.
 * @param examples how many test examples there are; 0 where nobody has counted them
 */
record ResultsRow(List<RunRecord> runs, long examples) {
    /**
     * The rows of some records, in the order of tables.
     *
     * @throws RunException if two records are the same recipe with the same seed
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

    /** An unfinished run has not counted its test examples, but another one of the same task may have. */
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

    /** The mean of a figure over the runs. */
    double mean(ToDoubleFunction<Outcome> figure) {
        return outcomes().stream().mapToDouble(figure).average().orElseThrow();
    }

    Spread spread() {
        return Spread.of(outcomes().stream().mapToDouble(Outcome::accuracy));
    }

    /** The recipe, and what was changed of it. */
    String recipe() {
        return Stream.concat(Stream.of(first().command().name()), first().changes().stream())
                .map(ResultsTable::code).collect(Collectors.joining(" "));
    }

    PublishedFigure published() {
        return new PublishedFigure(first().published(), examples);
    }

    /** The mean test accuracy, or how far an unfinished run is. */
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

    /** The least and the highest test accuracy, of several runs. */
    String leastToMost() {
        if (!isSeveral()) {
            return Table.NONE;
        }
        double[] sorted = outcomes().stream().mapToDouble(Outcome::accuracy).sorted().toArray();
        return Numbers.twoDecimals(100 * sorted[0]) + " to " + Numbers.percent(sorted[sorted.length - 1]);
    }

    /** The mean test loss. */
    String loss() {
        return outcomes().isEmpty() ? Table.NONE : Numbers.fourDecimals(mean(Outcome::loss));
    }

    static String validation(RunRecord run) {
        double accuracy = run.best().validationAccuracy();
        return Double.isNaN(accuracy) ? "none held out" : Numbers.percent(accuracy);
    }
}
