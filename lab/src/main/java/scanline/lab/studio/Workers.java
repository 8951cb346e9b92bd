package scanline.lab.studio;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import scanline.lab.base.CommandProcess;
import scanline.lab.experiment.Compute;
import scanline.lab.http.Refusal;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.LiveRun;
import scanline.lab.run.Run;

/**
 * Runs that were started from the page, each in a process of its own, as the command line starts it, so that a run that fails or
 * uses too much memory does not affect the studio. When the studio stops, they save and stop, and can be resumed.
 */
final class Workers implements AutoCloseable {
    private static final int MOST = 4;
    private static final int SAVE_SECONDS = 70;
    private static final int END_SECONDS = 5;
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._=,+-]{0,99}";

    private final Runs runs;
    private final Events events;
    private final Compute compute;
    private final Class<?> main;
    private boolean closed;
    private final Map<String, Process> processes = new ConcurrentHashMap<>();

    Workers(Runs runs, Events events, Compute compute, Class<?> main) {
        this.runs = runs;
        this.events = events;
        this.compute = compute;
        this.main = main;
    }

    /**
     * Trains a built-in recipe with some keys changed.
     *
     * @param recipe the name of the recipe
     * @param overrides the changed keys, each as {@code key=value}
     * @param name the name of the new run; if empty, the name of the recipe, with a number if that is taken
     * @return the name of the run
     * @throws Refusal if there is no such recipe, or the name or a key is not allowed
     * @throws scanline.lab.recipe.RecipeException if a key or its value is invalid
     */
    synchronized String train(String recipe, List<String> overrides, String name) throws IOException {
        if (!Recipes.names().contains(recipe)) {
            throw new Refusal(422, "no such recipe");
        }
        if (overrides.stream().anyMatch(key -> key.strip().startsWith("data.dir"))) {
            throw new Refusal(422, "data.dir cannot be set in the studio: start such a run with `scanline train`");
        }
        Recipes.find(recipe, overrides);
        String free = name.isEmpty() ? free(recipe) : name;
        if (!free.matches(NAME)) {
            throw new Refusal(422,
                    "a run name has up to 100 letters, digits and . _ = , + -, and starts with a letter or a"
                            + " digit");
        }
        if (Files.exists(runs.root().resolve(free)) || processes.containsKey(free)) {
            throw new Refusal(409, "a run named " + free + " already exists");
        }
        List<String> words = new ArrayList<>(List.of("train", recipe));
        words.addAll(overrides);
        words.addAll(List.of("--run", runs.root().resolve(free).toString()));
        start(free, words);
        return free;
    }

    private String free(String recipe) {
        String name = recipe;
        for (int i = 2; Files.exists(runs.root().resolve(name)) || processes.containsKey(name); i++) {
            name = recipe + "-" + i;
        }
        return name;
    }

    /** Resumes a run. */
    synchronized void resume(String name, Run run) throws IOException {
        if (LiveRun.read(run).isPresent() || !hasEnded(name)) {
            throw new Refusal(409, "this run is already being trained");
        }
        start(name, List.of("resume", run.folder().toString()));
    }

    /** Returns whether no process trains a run; one that has saved and stopped it has a moment to end. */
    private boolean hasEnded(String name) {
        Process process = processes.get(name);
        try {
            return process == null || process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void start(String name, List<String> command) throws IOException {
        if (closed) {
            throw Refusal.later(503, "the studio is shutting down", 5);
        }
        if (processes.size() >= MOST) {
            throw Refusal.later(503, "the studio trains at most " + MOST + " runs at once: stop one first", 5);
        }
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--threads", Integer.toString(compute.threads()), "--backend", compute.backend()));
        Path root = runs.root();
        Files.createDirectories(root);
        Process process = CommandProcess.of(main, words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        processes.put(name, process);
        Thread.ofVirtual().name("studio worker " + name).start(() -> follow(name, process));
    }

    /** Reads the output of a worker, so that it never blocks, and reports why it failed. */
    private void follow(String name, Process process) {
        String message = "the process printed nothing";
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                message = line;
            }
            int status = process.waitFor();
            if (status == 2 || (status == 1 && !message.startsWith("stopped at step"))) {
                events.tell("failed", Map.of("name", name, "why", message));
            }
        } catch (IOException e) {
            events.tell("failed", Map.of("name", name, "why", "cannot read its output: " + e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            processes.remove(name, process);
        }
    }

    /**
     * Stops a run, wherever it was started. It saves first and can be resumed.
     *
     * @throws Refusal if no process that can be stopped from here is training it
     */
    void stop(String name, Run run) {
        Process own = processes.get(name);
        if (own != null) {
            own.toHandle().destroy(); // Process.destroy would also close its output
            return;
        }
        long pid = LiveRun.read(run).map(LiveRun.State::pid).orElse(0L);
        Optional<ProcessHandle> other = ProcessHandle.of(pid)
                .filter(process -> process.info().command().orElse("").matches(".*\\bjava(\\.exe)?"));
        if (pid == ProcessHandle.current().pid() || other.isEmpty()) {
            throw new Refusal(409, "no process on this machine is training this run");
        }
        other.get().destroy();
    }

    @Override
    public void close() {
        List<Process> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(processes.values());
        }
        all.forEach(process -> process.toHandle().destroy());
        for (Process process : all) {
            try {
                process.waitFor(SAVE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
