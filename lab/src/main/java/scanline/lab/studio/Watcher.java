package scanline.lab.studio;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

import scanline.lab.train.LiveRun;
import scanline.lab.train.Run;

/**
 * Looks at the folder of runs, and tells what changed: all runs once a second, those that are trained ten times. Nobody has to
 * tell it of a run: one that another terminal trains is found as any other. While nobody listens it does not look.
 */
final class Watcher implements AutoCloseable {
    private static final int MILLIS_BETWEEN = 100;
    private static final int LOOKS_BETWEEN = 10;

    private final Runs runs;
    private final Events events;
    private final Thread thread;
    private final Map<String, Summary> told = new HashMap<>();
    private volatile boolean closed;

    Watcher(Runs runs, Events events) {
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
            if (events.listeners() > 0) {
                if (look % LOOKS_BETWEEN == 0) {
                    events.cutSlow();
                    lookAtAll();
                } else {
                    lookAtLive();
                }
            }
        }
    }

    private void lookAtAll() {
        SortedMap<String, Run> all = runs.all();
        all.forEach((name, run) -> {
            Summary now = runs.summary(name, run);
            Summary before = told.put(name, now);
            if (before == null || !now.equals(before)) {
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
            if (now == null || now.equals(before.live())) {
                return before; // that it ended is seen with its files
            }
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("name", name);
            step.put("live", now);
            events.tell("step", step);
            return before.with(now);
        });
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
