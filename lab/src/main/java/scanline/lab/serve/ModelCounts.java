package scanline.lab.serve;

import java.util.concurrent.atomic.LongAdder;

/** What is counted of a model, whatever weights it has. */
final class ModelCounts {
    private final Histogram batches;
    private final LongAdder steps = new LongAdder();
    private final LongAdder opened = new LongAdder();

    ModelCounts(Batching batching) {
        batches = new Histogram(batching.sizes().stream().mapToDouble(size -> size).toArray());
    }

    /** A batch of images was computed. */
    void batch(int images) {
        batches.add(images);
    }

    /** A batch of steps was computed. */
    void steps(int count) {
        steps.add(count);
    }

    /** The model was opened. */
    void opened() {
        opened.increment();
    }

    Histogram batches() {
        return batches;
    }

    long stepped() {
        return steps.sum();
    }

    long openings() {
        return opened.sum();
    }
}
