package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import scanline.lab.run.Run;
import scanline.lab.http.Refusal;

/** The open models: the few that were used last, each with the current weights of its run. */
final class Models implements AutoCloseable {
    static final int MOST = 4;

    // In the order of their last use, the latest last.
    private final Map<String, Versioned> open = new LinkedHashMap<>(16, 0.75f, true);

    /** A model, and the time at which its weights were written. */
    private record Versioned(long written, OpenModel model) {}

    /**
     * The model of a run.
     *
     * @throws Refusal if it has no weights
     */
    synchronized OpenModel of(Run run) throws IOException {
        requireWeights(run);
        String name = run.folder().toString();
        long written = Files.getLastModifiedTime(run.best()).toMillis();
        Versioned model = open.get(name);
        if (model == null || model.written != written || model.model.isClosed()) {
            if (model != null) {
                model.model.close();
            }
            model = new Versioned(written, new OpenModel(run));
            open.put(name, model);
            closeOldest();
        }
        return model.model;
    }

    /** Refuses a run that has no weights. */
    static void requireWeights(Run run) {
        if (!Files.isRegularFile(run.best())) {
            throw new Refusal(409, "this run has no weights yet: they are saved after its first epoch");
        }
    }

    private void closeOldest() {
        for (Iterator<Versioned> oldest = open.values().iterator(); open.size() > MOST;) {
            oldest.next().model.close();
            oldest.remove();
        }
    }

    @Override
    public synchronized void close() {
        open.values().forEach(model -> model.model.close());
        open.clear();
    }
}
