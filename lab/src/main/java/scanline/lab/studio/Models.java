package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import scanline.lab.run.Run;
import scanline.lab.studio.http.Refusal;

/** The models that are open: the few that were asked last, each with the weights that its run has now. */
final class Models implements AutoCloseable {
    static final int MOST = 4;

    // In the order in which they were asked, the last one last.
    private final Map<String, Versioned> open = new LinkedHashMap<>(16, 0.75f, true);

    /** A model, and when its weights were written. */
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
            throw new Refusal(409, "this run has no weights yet: it gets them after its first epoch");
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
