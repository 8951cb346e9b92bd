package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import scanline.lab.experiment.Compute;
import scanline.lab.http.Refusal;
import scanline.lab.run.Run;
import scanline.lab.serve.Batching;
import scanline.lab.serve.ModelSlot;
import scanline.lab.serve.RunSource;
import scanline.lab.serve.ServedModel.Visit;

/** The open models: the few that were used last, each with the current weights of its run, to look into and to predict with. */
final class Models implements AutoCloseable {
    static final int MOST = 4;

    // In the order of their last use, the latest last.
    private final Map<String, Versioned> open = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, ModelSlot> predicting = new LinkedHashMap<>(16, 0.75f, true);

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

    /**
     * Begins a request for predictions of a run.
     *
     * @throws Refusal if it has no weights
     */
    Visit visit(Run run) throws IOException, InterruptedException {
        requireWeights(run);
        ModelSlot slot = slot(run);
        slot.open();
        return slot.visit();
    }

    private synchronized ModelSlot slot(Run run) {
        ModelSlot slot = predicting.computeIfAbsent(run.folder().toString(),
                _ -> new ModelSlot(String.valueOf(run.folder().getFileName()),
                        new RunSource(run.folder(), Compute.with(1)),
                        Batching.STANDARD));
        for (Iterator<ModelSlot> oldest = predicting.values().iterator(); predicting.size() > MOST;) {
            oldest.next().close();
            oldest.remove();
        }
        return slot;
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
        predicting.values().forEach(ModelSlot::close);
        predicting.clear();
    }
}
