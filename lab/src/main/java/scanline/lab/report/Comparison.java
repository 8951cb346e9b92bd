package scanline.lab.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.lab.base.Json;
import scanline.lab.base.Numbers;
import scanline.lab.base.RunException;
import scanline.lab.record.Records;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.record.RunRecordReader;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.lab.task.Measures;

/**
 * A comparison of runs: how their settings differ, and how each one scored. The run marked as best is the best on the
 * validation set; the test images choose nothing.
 *
 * @param runs at least one, in display order
 */
public record Comparison(List<RunRecord> runs) {
    private static final int HASH_DIGITS = 8;
    private static final String CANVAS = "data.canvas";

    /**
     * Compares the runs in folders, finished or not.
     *
     * @throws RunException if a folder is not a run, lacks a file or an epoch, or is given twice
     */
    public static Comparison of(List<Path> folders) throws IOException {
        List<RunRecord> runs = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        for (Path folder : folders) {
            Run.open(folder);
            if (!seen.add(folder.toAbsolutePath().normalize())) {
                throw new RunException(folder + " is given twice");
            }
            Records.require(folder, "compare");
            runs.add(RunRecordReader.read(folder));
        }
        if (runs.stream().map(RunRecord::name).distinct().count() < runs.size()) {
            return new Comparison(IntStream.range(0, runs.size())
                    .mapToObj(i -> runs.get(i).named(folders.get(i).toString())).toList());
        }
        return new Comparison(runs);
    }

    /** Returns the comparison as JSON; a missing figure is null. */
    public String json() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("runs", runs.stream().map(this::values).toList());
        values.put("same", same());
        values.put("sameWeights", sameWeights().stream().map(group -> group.stream().map(RunRecord::name).toList())
                .toList());
        values.put("notes", notes());
        return Json.text(values);
    }

    private Table table(String corner) {
        return Table.ofFigures(Stream.concat(Stream.of(corner), IntStream.rangeClosed(1, runs.size())
                .mapToObj(Integer::toString)).toArray(String[]::new));
    }

    private void row(Table table, String name, Function<RunRecord, @Nullable String> value) {
        table.row(Stream.concat(Stream.of(name), runs.stream().map(run -> {
            String cell = value.apply(run);
            return cell == null ? Table.NONE : cell.isEmpty() ? "(empty)" : cell;
        })).toArray(String[]::new));
    }

    /** Returns the settings that influence results and are not the same in all runs, except the seed. */
    Table differences() {
        Table table = table("difference");
        rowIfDifferent(table, "recipe", run -> run.command().name());
        keys().stream().filter(key -> !isSame(run -> run.decisions().get(key)))
                .forEach(key -> row(table, key, run -> run.decisions().get(key)));
        if (isSame(run -> run.key("data"))) {
            runs.getFirst().data().keySet()
                    .forEach(part -> rowIfDifferent(table, "data: " + part, run -> prefix(run.data().get(part))));
        }
        rowIfDifferent(table, "initial weights", run -> run.parent() == null
                ? "from the seed"
                : String.join(" ", run.command().start()) + " " + prefix(run.parent().file()));
        rowIfDifferent(table, "commit", ResultsTable::commits);
        return table;
    }

    private void rowIfDifferent(Table table, String name, Function<RunRecord, @Nullable String> value) {
        if (!isSame(value)) {
            row(table, name, value);
        }
    }

    /** Returns the results of each run. */
    Table outcomes() {
        Table table = table("result");
        RunRecord best = best();
        row(table, "seed", run -> Long.toString(run.seed()));
        row(table, "parameters", run -> Numbers.whole(run.parameters()));
        row(table, "epochs", run -> run.outcome() == null
                ? run.epochs().size() + " of " + run.key("epochs")
                : Integer.toString(run.epochs().size()));
        row(table, "best epoch", run -> Integer.toString(run.best().epoch()));
        row(table, "validation accuracy", run -> isValidated(run)
                ? (run.equals(best) ? "* " : "") + Numbers.percent(run.best().validationAccuracy())
                : null);
        row(table, "validation loss",
                run -> isValidated(run) ? Numbers.fourDecimals(run.best().validationLoss()) : null);
        row(table, "test accuracy", run -> ofEnd(run, outcome -> Numbers.percent(outcome.accuracy())));
        row(table, "test loss", run -> ofEnd(run, outcome -> Numbers.fourDecimals(outcome.loss())));
        for (String measure : measures()) {
            row(table, "test " + Measures.title(measure), run -> ofEnd(run, outcome -> {
                Double value = outcome.measures().get(measure);
                return value == null ? null : Measures.value(measure, value);
            }));
        }
        row(table, "training time", run -> Progress.duration(run.seconds()));
        row(table, "examples/s", run -> ResultsTable.speed(List.of(run)));
        row(table, "weights", run -> ofEnd(run, outcome -> prefix(outcome.weights())));
        return table;
    }

    /** Returns a figure of a finished run; null for an unfinished one. */
    private static <T> @Nullable T ofEnd(RunRecord run, Function<Outcome, @Nullable T> figure) {
        Outcome outcome = run.outcome();
        return outcome == null ? null : figure.apply(outcome);
    }

    private static @Nullable String prefix(@Nullable String hash) {
        return hash == null ? null : hash.substring(0, Math.min(HASH_DIGITS, hash.length()));
    }

    private static boolean isValidated(RunRecord run) {
        return !Double.isNaN(run.best().validationAccuracy());
    }

    private boolean isSame(Function<RunRecord, ? extends @Nullable Object> value) {
        return runs.stream().map(run -> Objects.toString(value.apply(run), null)).distinct().count() == 1;
    }

    /** Returns the keys of all runs in the order of their recipes; the keys below one key stay together. */
    private Set<String> keys() {
        Map<String, List<String>> groups = runs.stream().flatMap(run -> run.decisions().keySet().stream()).distinct()
                .collect(Collectors.groupingBy(key -> key.replaceFirst("\\..*", ""), LinkedHashMap::new,
                        Collectors.toList()));
        return groups.values().stream().flatMap(List::stream).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the keys that have the same value in all runs, with their values. */
    Map<String, String> same() {
        Map<String, String> same = new LinkedHashMap<>();
        keys().stream().filter(key -> isSame(run -> run.decisions().get(key)))
                .forEach(key -> same.put(key, runs.getFirst().decisions().getOrDefault(key, "")));
        return same;
    }

    private Set<String> measures() {
        return runs.stream().map(RunRecord::outcome).filter(Objects::nonNull)
                .flatMap(outcome -> outcome.measures().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns whether all runs have the same task and the same images, so that their accuracies are comparable. */
    private boolean isOneTask() {
        return isSame(RunRecord::task);
    }

    /** Returns the run with the best validation accuracy; null if that would be meaningless. */
    private @Nullable RunRecord best() {
        List<RunRecord> validated = runs.stream().filter(Comparison::isValidated).toList();
        if (validated.size() < 2 || !isOneTask() || isSame(RunRecord::settings)) {
            return null;
        }
        double most = validated.stream().mapToDouble(run -> run.best().validationAccuracy()).max().orElseThrow();
        List<RunRecord> first = validated.stream().filter(run -> run.best().validationAccuracy() == most).toList();
        return first.size() == 1 ? first.getFirst() : null;
    }

    private Collection<List<RunRecord>> sameWeights() {
        return runs.stream().filter(run -> run.outcome() != null)
                .collect(Collectors.groupingBy(run -> Objects.requireNonNull(run.outcome()).weights(),
                        LinkedHashMap::new, Collectors.toList()))
                .values().stream().filter(group -> group.size() > 1).toList();
    }

    /** Returns notes on comparing the figures of the runs, each of a sentence or two. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        runs.stream().filter(run -> run.outcome() == null).forEach(run -> notes.add(run.name() + " is unfinished: "
                + run.epochs().size() + " of " + run.key("epochs") + " epochs, so it has no test figures yet."));
        for (List<RunRecord> group : sameWeights()) {
            notes.add(group.stream().map(RunRecord::name).collect(Collectors.joining(" and "))
                    + " produced the same weights, "
                    + prefix(Objects.requireNonNull(group.getFirst().outcome()).weights()) + ".");
        }
        if (runs.size() > 1) {
            comparability(notes);
        }
        RunRecord best = best();
        if (best != null) {
            notes.add("* " + best.name() + " has the best validation accuracy.");
        }
        return notes;
    }

    private void comparability(List<String> notes) {
        if (!isSame(run -> run.decisions().get(CANVAS))) {
            notes.add("The runs have different kinds of answers (" + CANVAS
                    + "), so neither accuracies nor losses are comparable.");
        } else if (!isOneTask()) {
            notes.add("The images are not the same, so accuracies are not comparable.");
        } else if (isSame(RunRecord::settings)) {
            notes.add(isSame(RunRecord::seed)
                    ? "These runs have the same recipe and the same seed."
                    : "These runs differ only in the seed: gaps between them are chance, and no recipe is better.");
        }
        if (isOneTask() && runs.stream().anyMatch(Comparison::isValidated) && !(isSame(RunRecord::seed)
                && isSame(run -> run.key("data.limit")) && isSame(run -> run.key("data.validation"))
                && isSame(run -> run.key(CANVAS + ".validation")))) {
            notes.add("The validation sets are not the same, so validation figures differ for that reason too.");
        }
        if (isSame(run -> run.decisions().get(CANVAS)) && runs.getFirst().key(CANVAS).equals("scatter")
                && !isSame(run -> run.key("model"))) {
            notes.add(
                    "The loss of some models is per written label, that of others per sigmoid: it is comparable only"
                            + " between models of the same kind.");
        }
        if (!isSame(RunRecord::machine)) {
            notes.add("The machines or their threads are not the same, so times are not comparable: " + runs.stream()
                    .collect(Collectors.groupingBy(RunRecord::machine, LinkedHashMap::new,
                            Collectors.mapping(RunRecord::name, Collectors.joining(", "))))
                    .entrySet().stream().map(machine -> machine.getValue() + " on " + machine.getKey())
                    .collect(Collectors.joining("; ")) + ".");
        }
    }

    private Map<String, @Nullable Object> values(RunRecord run) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        Map<String, @Nullable Object> differs = new LinkedHashMap<>();
        Map<String, String> same = same();
        keys().stream().filter(key -> !same.containsKey(key))
                .forEach(key -> differs.put(key, run.decisions().get(key)));
        values.put("run", run.name());
        values.put("command", run.command().text());
        values.put("finished", run.outcome() != null);
        values.put("differs", differs);
        values.put("seed", run.seed());
        values.put("parameters", run.parameters());
        values.put("epochs", run.epochs().size());
        values.put("bestEpoch", run.best().epoch());
        values.put("validationAccuracy", orNull(run.best().validationAccuracy()));
        values.put("validationLoss", orNull(run.best().validationLoss()));
        values.put("testAccuracy", ofEnd(run, Outcome::accuracy));
        values.put("testLoss", ofEnd(run, Outcome::loss));
        values.put("testMeasures", ofEnd(run, Outcome::measures));
        values.put("seconds", run.seconds());
        values.put("examplesPerSecond", ResultsTable.medianSpeed(List.of(run)));
        values.put("weights", ofEnd(run, Outcome::weights));
        values.put("commits", run.commits());
        values.put("machine", run.machine());
        values.put("data", run.data());
        return values;
    }

    private static @Nullable Double orNull(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
