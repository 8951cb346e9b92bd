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
import scanline.engine.io.AtomicFile;
import scanline.engine.io.Durable;
import scanline.engine.io.Excerpt;
import scanline.engine.io.TextFile;
import scanline.lab.base.CommandProcess;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Result;
import scanline.lab.run.Run;
import scanline.lab.sweep.Grid.Point;

/**
 * The runs of a grid, each a process of its own: what one of them does to memory or to the machine does not touch the
 * others. A worker that is killed is started again and resumes its run; a run that is finished is not made again. As a run
 * depends on its recipe, seed and data alone, neither the number of workers nor a kill changes a bit of any of them.
 */
public final class Sweep implements AutoCloseable {
    private static final String PLAN = "sweep.txt";
    private static final int LONGEST_PLAN_BYTES = 1 << 20;
    private static final int LONGEST_SHOWN = 500;
    private static final int MOST_STARTS = 6;
    // Exit statuses of our own: it failed, and says why, or its command was wrong. It would only do so again.
    private static final Set<Integer> SAID_WHY = Set.of(1, 2);

    private final Path folder;
    private final Grid grid;
    private final int threads;
    private final Class<?> main;
    private final BiConsumer<Point, String> listener;
    private final Map<Point, Recipe> recipes = new LinkedHashMap<>();
    private final Set<Process> workers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * A sweep that begins, or goes on, in a folder.
     *
     * @param threads how many threads each worker computes with
     * @param main the class of the command line, which each worker runs
     * @param listener is told what became of each run, from the workers' threads
     * @throws RunException if the folder is that of another sweep, or of none, or has a run of another recipe
     */
    public Sweep(Path folder, Grid grid, int threads, Class<?> main, BiConsumer<Point, String> listener)
            throws IOException {
        this.folder = folder;
        this.grid = grid;
        this.threads = threads;
        this.main = main;
        this.listener = listener;
        grid.points().forEach(point -> recipes.put(point, Recipes.find(grid.recipe(), point.overrides())));
        Path plan = folder.resolve(PLAN);
        if (Files.exists(plan)) {
            String other = TextFile.read(plan, LONGEST_PLAN_BYTES).strip();
            if (!other.equals(grid.toString())) {
                throw new RunException(folder + " is another sweep's (" + Excerpt.line(other, LONGEST_SHOWN)
                        + "): choose another folder with --to");
            }
            for (Point point : recipes.keySet()) {
                run(point);
            }
        } else if (Files.exists(folder)) {
            throw new RunException(folder + " exists, and is no sweep's: choose another folder with --to");
        } else {
            Durable.createFolder(folder);
            AtomicFile.write(plan, grid + "\n");
        }
    }

    /**
     * Makes every run that is not finished.
     *
     * @param count how many at a time
     * @return why runs are not finished, by their names; empty where all are
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

    /** Why a run cannot be finished, or null. */
    private @Nullable String finish(Point point) {
        try {
            Path run = folder.resolve(point.name());
            if (result(point) != null) {
                listener.accept(point, "was finished before");
                return null;
            }
            for (int start = 1; !stopped.get(); start++) {
                int status = work(point, run);
                if (result(point) != null) {
                    listener.accept(point, "finished");
                    return null;
                }
                if (SAID_WHY.contains(status) || start == MOST_STARTS) {
                    return SAID_WHY.contains(status) ? said(point) : "its worker was killed " + start + " times";
                }
                if (!stopped.get()) {
                    listener.accept(point, "its worker was killed (exit status " + status + "), and starts again");
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
        command.addAll(List.of("--threads", Integer.toString(threads)));
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

    /** The last line that a worker wrote. */
    private String said(Point point) throws IOException {
        try (Stream<String> lines = Files.lines(log(point))) {
            return lines.reduce((_, line) -> line).orElse("it said nothing");
        }
    }

    /**
     * What a run came to, or null while it is not finished.
     *
     * @throws scanline.engine.io.FormatException if its record is damaged
     * @throws RunException if it is a run of another recipe
     */
    public @Nullable Result result(Point point) throws IOException {
        Run run = run(point);
        return run == null ? null : run.result();
    }

    /** The run of a point, or null before there is one: not one that an older state of the recipe's file has left. */
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

    /** What a point trains. */
    Recipe recipe(Point point) {
        return Objects.requireNonNull(recipes.get(point));
    }

    /** Whether {@link #close} was called. */
    public boolean isStopped() {
        return stopped.get();
    }

    /** Ends the workers that are at work: they save, and the same sweep goes on with them. */
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
