package scanline.lab.studio;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import scanline.lab.run.LiveRun;
import scanline.lab.run.Run;

/**
 * Watches the folder of runs and reports changes: it checks all runs once per second, and those that are being trained ten times.
 * Runs need not be registered: one that is trained from another terminal is found like any other. It does not check while nobody
 * listens.
 */
final class Watcher implements AutoCloseable {
    private static final int MILLIS_BETWEEN = 100;
    private static final int LOOKS_BETWEEN = 10;

    private final Runs runs;
    private final Events events;
    private final Consumer<Throwable> faults;
    private final Thread thread;
    private final Map<String, Summary> told = new HashMap<>();
    private volatile boolean closed;

    Watcher(Runs runs, Events events, Consumer<Throwable> faults) {
        this.faults = faults;
        this.runs = runs;
        this.events = events;
        thread = Thread.ofPlatform().daemon().name("studio watcher").start(this::watch);
    }

    private void watch() {
        for (int look = 0; !closed; look++) {
            try {
                Thread.sleep(MILLIS_BETWEEN);
            } catch (InterruptedException _) {
                return;
            }
            try {
                if (events.listeners() > 0) {
                    look(look % LOOKS_BETWEEN == 0);
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                faults.accept(e); // the next check tries again
            }
        }
    }

    private void look(boolean all) {
        if (all) {
            events.cutSlow();
            lookAtAll();
        } else {
            lookAtLive();
        }
    }

    private void lookAtAll() {
        SortedMap<String, Run> all = runs.all();
        runs.forgetAllBut(all);
        all.forEach((name, run) -> {
            Summary now = runs.summary(name, run);
            Summary before = told.put(name, now);
            if (before != null && before.live() != null && now.live() != null
                    && now.with(before.live()).equals(before)) {
                step(name, before.live(), now.live());
            } else if (!now.equals(before)) {
                events.tell("run", now);
            }
        });
        for (String gone : Set.copyOf(told.keySet())) {
            if (!all.containsKey(gone)) {
                told.remove(gone);
                events.tell("gone", Map.of("name", gone));
            }
        }
    }

    private void lookAtLive() {
        told.replaceAll((name, before) -> {
            if (before.state() != Summary.State.TRAINING) {
                return before;
            }
            LiveRun.State now = LiveRun.read(new Run(runs.root().resolve(name))).orElse(null);
            if (now == null) {
                return before; // its end is noticed when all files are checked
            }
            step(name, before.live(), now);
            return before.with(now);
        });
    }

    private void step(String name, LiveRun.@Nullable State before, LiveRun.State now) {
        if (!now.equals(before)) {
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("name", name);
            step.put("live", now);
            events.tell("step", step);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
