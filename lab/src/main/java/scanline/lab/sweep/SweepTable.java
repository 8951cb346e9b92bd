package scanline.lab.sweep;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import scanline.engine.file.AtomicFile;
import scanline.lab.base.Spread;
import scanline.lab.format.Csv;
import scanline.lab.run.Result;
import scanline.lab.sweep.Grid.Point;
import scanline.lab.sweep.Grid.Setting;

/** The results of the finished runs of a sweep, for each run and for each setting over its seeds. */
public final class SweepTable {
    private static final String RUNS = "runs.csv";
    private static final String SETTINGS = "settings.csv";

    private final Sweep sweep;
    private final Grid grid;
    private final Map<Point, Result> results = new LinkedHashMap<>();

    /** Collects the results of all runs that are finished. */
    public SweepTable(Sweep sweep, Grid grid) throws IOException {
        this.sweep = sweep;
        this.grid = grid;
        for (Point point : grid.points()) {
            Result result = sweep.result(point);
            if (result != null) {
                results.put(point, result);
            }
        }
    }

    /**
     * A setting over its seeds. Accuracies are fractions.
     *
     * @param runs the number of its finished runs
     * @param validation mean and spread of the validation accuracy; NaN without a validation set
     * @param test mean and spread of the test accuracy
     */
    public record Row(Setting setting, int runs, Spread validation, Spread test) {
        /** Returns the row for JSON. */
        public Map<String, Object> values() {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("setting", setting);
            values.put("runs", runs);
            values.put("validation", validation.values());
            values.put("test", test.values());
            return values;
        }
    }

    /** Returns every setting that has a finished run, in the order of the grid. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Setting setting : grid.settings()) {
            List<Result> runs = results.entrySet().stream().filter(run -> run.getKey().setting().equals(setting))
                    .map(Map.Entry::getValue).toList();
            if (!runs.isEmpty()) {
                rows.add(new Row(setting, runs.size(), Spread.of(runs.stream().mapToDouble(SweepTable::validation)),
                        Spread.of(runs.stream().mapToDouble(Result::testAccuracy))));
            }
        }
        return rows;
    }

    /**
     * Returns the setting with the highest validation accuracy among those with all seeds finished. Test accuracy
     * selects nothing: the test accuracy of a model chosen by it would be meaningless. Null if there is no choice, or
     * if the settings have different tasks.
     */
    public @Nullable Row best() {
        List<Row> whole = rows().stream()
                .filter(row -> row.runs() == grid.seeds().size() && !Double.isNaN(row.validation().mean())).toList();
        if (whole.size() < 2 || !isOneTask()) {
            return null;
        }
        double most = whole.stream().mapToDouble(row -> row.validation().mean()).max().orElseThrow();
        List<Row> first = whole.stream().filter(row -> row.validation().mean() == most).toList();
        return first.size() == 1 ? first.getFirst() : null;
    }

    /** Returns whether all settings have the same task, the same images and the same validation set. */
    private boolean isOneTask() {
        return grid.points().stream().map(point -> sweep.recipe(point).data())
                .map(data -> Arrays.asList(data.name(), data.dir(), data.folder(), data.limit(), data.validation(),
                        data.shrink(), data.canvas()))
                .distinct().count() == 1;
    }

    private static double validation(Result result) {
        return orNaN(result.validationAccuracy());
    }

    private static double orNaN(@Nullable Double figure) {
        return figure == null ? Double.NaN : figure;
    }

    /**
     * Writes {@code runs.csv} and {@code settings.csv}. They contain no times, so the same grid gives byte-identical
     * files, however it was computed.
     */
    public void write(Path folder) throws IOException {
        List<List<String>> runs = new ArrayList<>();
        runs.add(columns("seed", "bestEpoch", "validationAccuracy", "validationLoss", "testAccuracy", "testLoss",
                "weights"));
        results.forEach((point, result) -> runs.add(line(point.setting(), point.seed(), result.bestEpoch(),
                validation(result), orNaN(result.validationLoss()), result.testAccuracy(), result.testLoss(),
                result.bestWeights())));
        AtomicFile.write(folder.resolve(RUNS), Csv.text(runs));
        List<List<String>> settings = new ArrayList<>();
        settings.add(columns("runs", "validationAccuracy", "validationDeviation", "testAccuracy", "testDeviation"));
        rows().forEach(row -> settings.add(line(row.setting(), row.runs(), row.validation().mean(),
                row.validation().deviation(), row.test().mean(), row.test().deviation())));
        AtomicFile.write(folder.resolve(SETTINGS), Csv.text(settings));
    }

    private List<String> columns(String... figures) {
        List<String> columns = new ArrayList<>(grid.axes().keySet());
        columns.addAll(List.of(figures));
        return columns;
    }

    private static List<String> line(Setting setting, Object... figures) {
        List<String> line = new ArrayList<>(setting.values().values());
        for (Object figure : figures) {
            line.add(String.valueOf(figure));
        }
        return line;
    }
}
