package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.base.Json;
import scanline.lab.cli.option.RecipeNames;
import scanline.lab.cli.option.Threads;
import scanline.lab.experiment.Compute;
import scanline.lab.run.Run;
import scanline.lab.sweep.Grid;
import scanline.lab.sweep.Sweep;
import scanline.lab.sweep.SweepTable;
import scanline.lab.sweep.SweepTable.Row;

/** The command {@code scanline sweep}. */
@Command(name = "sweep", mixinStandardHelpOptions = true,
        description = "Train every combination of the values of some keys, with one or more seeds, and print mean"
                + " and spread. If a sweep is stopped, the same command resumes it.")
final class SweepCommand implements Callable<Integer> {
    private static final int MOST_WORKERS = 256;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RECIPE", completionCandidates = RecipeNames.class,
            description = "Name of a built-in recipe, or path to a .yaml file.")
    private String recipe = "";

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE,...",
            description = "Recipe key, and its values. Put a value that contains a comma in double quotes, and"
                    + " protect them from the shell: 'about=\"this, that\",other'.")
    private List<String> words = List.of();

    @Option(names = "--seeds", paramLabel = "SEEDS",
            description = "Seeds, such as 1..5 or 1,4,7. Default: the recipe's seed.")
    private String seeds = "";

    private int workers = 1;

    private int threads;

    private @Nullable String backend;

    @Option(names = "--to", paramLabel = "DIR", description = "Folder of the sweep. Default: sweeps/RECIPE.")
    private @Nullable Path folder;

    @Option(names = "--json", description = "Print the table as JSON.")
    private boolean json;

    @Option(names = "--workers", paramLabel = "N", description = "Number of runs at a time. Default: 1.")
    void workers(int wanted) {
        if (wanted < 1 || wanted > MOST_WORKERS) {
            throw new ParameterException(line(), "--workers must be from 1 to " + MOST_WORKERS + ", not " + wanted);
        }
        workers = wanted;
    }

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads per run. Default: the processors divided among the workers.")
    void threads(int wanted) {
        if (wanted < 1 || wanted > Threads.MOST) {
            throw new ParameterException(line(), "--threads must be from 1 to " + Threads.MOST + ", not " + wanted);
        }
        threads = wanted;
    }

    @Option(names = "--backend", paramLabel = "NAME", description = Threads.BACKEND)
    void backend(String name) {
        backend = Threads.named(line(), name).backend();
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter err = line().getErr();
        Grid grid = Grid.of(recipe, words, seeds);
        int count = grid.points().size();
        Path target = folder != null ? folder : Path.of("sweeps", Run.name(recipe));
        int each = threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / workers);
        Compute compute = backend == null ? Compute.with(each) : new Compute(backend, each);
        AtomicInteger over = new AtomicInteger();
        try (Sweep sweep = new Sweep(target, grid, compute, Main.class, (point, what) -> {
            err.printf(Locale.ROOT, "%d/%d %s, seed %d: %s%n",
                    what.startsWith("its worker") ? over.get() : over.incrementAndGet(), count, point.setting(),
                    point.seed(), what);
            err.flush();
        })) {
            Thread hook = new Thread(() -> stop(sweep, err));
            Runtime.getRuntime().addShutdownHook(hook);
            Map<String, String> failures = sweep.run(workers);
            if (sweep.isStopped()) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            Runtime.getRuntime().removeShutdownHook(hook);
            SweepTable table = new SweepTable(sweep, grid);
            table.write(target);
            print(line().getOut(), table, target);
            if (failures.isEmpty()) {
                return CommandLine.ExitCode.OK;
            }
            Map.Entry<String, String> first = failures.entrySet().iterator().next();
            err.println("scanline: " + failures.size() + " of " + count + " runs failed; the first is " + first.getKey()
                    + ": " + first.getValue());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static void stop(Sweep sweep, PrintWriter err) {
        sweep.close();
        err.println("stopped; the same command resumes");
        err.flush();
    }

    private void print(PrintWriter out, SweepTable table, Path target) {
        List<Row> rows = table.rows();
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("sweep", target.toString());
            values.put("settings", rows.stream().map(Row::values).toList());
            out.println(Json.text(values));
        } else {
            Row best = table.best();
            List<List<String>> cells = new ArrayList<>();
            cells.add(List.of("setting", "runs", "validation", "test"));
            for (Row row : rows) {
                cells.add(List.of(row.setting().toString(), Integer.toString(row.runs()), row.validation().toString(),
                        row.test() + (row.equals(best) ? "   best by validation" : "")));
            }
            int[] widths = new int[3];
            cells.forEach(line -> {
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], line.get(i).length());
                }
            });
            for (List<String> line : cells) {
                out.printf(Locale.ROOT, "%-" + widths[0] + "s  %" + widths[1] + "s  %-" + widths[2] + "s  %s%n",
                        line.toArray());
            }
            out.println("sweep   " + target);
        }
        out.flush();
    }
}
