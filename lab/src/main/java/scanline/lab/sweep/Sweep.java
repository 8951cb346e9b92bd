package scanline.lab.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.TextFile;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.Durable;
import scanline.engine.file.Excerpt;
import scanline.lab.base.CommandProcess;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Compute;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Result;
import scanline.lab.run.Run;
import scanline.lab.sweep.Grid.Point;

/**
 * The runs of a grid, each in its own process, so that a crash of one does not affect the others. A worker that is
 * killed is restarted and resumes its run; a finished run is not repeated. A run depends only on its recipe, seed and
 * data, so neither the number of workers nor a kill changes a bit of any run.
 */
public final class Sweep implements AutoCloseable {
    private static final String PLAN = "sweep.txt";
    private static final int LONGEST_PLAN_BYTES = 1 << 20;
    private static final int LONGEST_SHOWN = 500;
    private static final int MOST_STARTS = 6;
    // Exit statuses of Scanline itself: the run failed with a message, or its command was invalid. It would fail again.
    private static final Set<Integer> REPORTED = Set.of(1, 2);

    private final Path folder;
    private final Grid grid;
    private final Compute compute;
    private final Class<?> main;
    private final BiConsumer<Point, String> listener;
    private final Map<Point, Recipe> recipes = new LinkedHashMap<>();
    private final Set<Process> workers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * Starts a sweep in a new folder, or resumes the sweep of a folder.
     *
     * @param compute what each worker computes with
     * @param main the class of the command line, which each worker runs
     * @param listener receives what happens to each run, from the workers' threads
     * @throws RunException if the folder belongs to another sweep or to none, or contains a run of another recipe
     */
    public Sweep(Path folder, Grid grid, Compute compute, Class<?> main, BiConsumer<Point, String> listener)
            throws IOException {
        this.folder = folder;
        this.grid = grid;
        this.compute = compute;
        this.main = main;
        this.listener = listener;
        grid.points().forEach(point -> recipes.put(point, Recipes.find(grid.recipe(), point.overrides())));
        Path plan = folder.resolve(PLAN);
        if (Files.exists(plan)) {
            String other = TextFile.read(plan, LONGEST_PLAN_BYTES).strip();
            if (!other.equals(grid.toString())) {
                throw new RunException(folder + " belongs to another sweep (" + Excerpt.line(other, LONGEST_SHOWN)
                        + "): choose another folder with --to");
            }
            for (Point point : recipes.keySet()) {
                run(point);
            }
        } else if (Files.exists(folder)) {
            throw new RunException(folder + " exists and is not a sweep folder: choose another folder with --to");
        } else {
            Durable.createFolder(folder);
            AtomicFile.write(plan, grid + "\n");
        }
    }

    /**
     * Trains every run that is not finished.
     *
     * @param count the number of runs at a time
     * @return the reason why each unfinished run is unfinished, by the run's name; empty if all are finished
     */
    public SortedMap<String, String> run(int count) throws InterruptedException {
        BlockingQueue<Point> waiting = new LinkedBlockingQueue<>(recipes.keySet());
        ConcurrentMap<String, String> failures = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().name("worker " + (i + 1)).start(() -> {
                for (Point point = waiting.poll(); point != null; point = waiting.poll()) {
                    String failure = finish(point);
                    if (failure != null) {
                        failures.put(point.name(), failure);
                        if (!stopped.get()) {
                            listener.accept(point, "failed: " + failure);
                        }
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new TreeMap<>(failures);
    }

    /** Finishes a run; returns the reason if that fails, or null. */
    private @Nullable String finish(Point point) {
        try {
            Path run = folder.resolve(point.name());
            if (result(point) != null) {
                listener.accept(point, "already finished");
                return null;
            }
            for (int start = 1; !stopped.get(); start++) {
                int status = work(point, run);
                if (result(point) != null) {
                    listener.accept(point, "finished");
                    return null;
                }
                if (REPORTED.contains(status) || start == MOST_STARTS) {
                    return REPORTED.contains(status) ? reported(point) : "its worker was killed " + start + " times";
                }
                if (!stopped.get()) {
                    listener.accept(point, "its worker was killed (exit status " + status + ") and is restarted");
                }
            }
            return "stopped";
        } catch (IOException | RuntimeException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private int work(Point point, Path run) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (Run.is(run)) {
            command.addAll(List.of("resume", run.toString()));
        } else {
            command.addAll(List.of("train", grid.recipe()));
            command.addAll(point.overrides());
            command.addAll(List.of("--run", run.toString()));
        }
        command.addAll(List.of("--threads", Integer.toString(compute.threads()), "--backend", compute.backend()));
        Process process = CommandProcess.of(main, command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(point).toFile())).start();
        process.getOutputStream().close();
        workers.add(process);
        try {
            if (stopped.get()) {
                process.destroy();
            }
            return process.waitFor();
        } finally {
            workers.remove(process);
        }
    }

    private Path log(Point point) {
        return folder.resolve(point.name() + ".log");
    }

    /** Returns the last line that a worker printed. */
    private String reported(Point point) throws IOException {
        try (Stream<String> lines = Files.lines(log(point))) {
            return lines.reduce((_, line) -> line).orElse("its worker printed nothing");
        }
    }

    /**
     * Returns the result of a run, or null while it is not finished.
     *
     * @throws scanline.engine.io.FormatException if its record is damaged
     * @throws RunException if it is a run of another recipe
     */
    public @Nullable Result result(Point point) throws IOException {
        Run run = run(point);
        return run == null ? null : run.result();
    }

    /** Returns the run of a point, or null before it exists; refuses a run of an older version of the recipe file. */
    private @Nullable Run run(Point point) throws IOException {
        Run run = new Run(folder.resolve(point.name()));
        if (!Run.is(run.folder())) {
            return null;
        }
        if (!run.recipe().isSameTraining(recipe(point))) {
            throw new RunException(run.folder() + " is a run of another recipe than " + grid.recipe()
                    + " is now: delete it, or choose another folder with --to");
        }
        return run;
    }

    /** The recipe of a point. */
    Recipe recipe(Point point) {
        return Objects.requireNonNull(recipes.get(point));
    }

    /** Returns whether {@link #close} was called. */
    public boolean isStopped() {
        return stopped.get();
    }

    /** Stops the running workers; they save their runs, and the same sweep can resume them. */
    @Override
    public void close() {
        stopped.set(true);
        workers.forEach(Process::destroy);
        for (Process worker : workers) {
            try {
                worker.waitFor();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
