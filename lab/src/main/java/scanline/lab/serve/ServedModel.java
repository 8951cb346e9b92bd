package scanline.lab.serve;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.lab.http.Refusal;
import scanline.lab.predict.PredictionStream;
import scanline.lab.task.Answer;

/**
 * An open model with a bounded queue of requests. Images and steps of sequences that wait are computed in batches. A closed
 * model answers the requests that have begun before it releases its memory, so it can be replaced at any time.
 */
public final class ServedModel implements AutoCloseable {
    private final String name;
    private final ImageModel model;
    private final Batcher<ImageSet, Answer> images;
    private final Batcher<Step, Answer> steps;
    private final AtomicInteger readers = new AtomicInteger();
    private final AtomicInteger sequences = new AtomicInteger();
    private int visits;
    private boolean closed;

    /** The next step of a sequence. */
    private record Step(PredictionStream stream, float[] values) {}

    /**
     * Serves a model.
     *
     * @param name the name of the model
     * @param model the model, which {@link #close} closes
     * @param counts counts its batches
     */
    ServedModel(String name, ImageModel model, Batching batching, ModelCounts counts) {
        this.name = name;
        this.model = model;
        images = new Batcher<>("serve " + name, batching, readers::get, this::answers, counts::batch);
        steps = new Batcher<>("serve steps " + name, batching, sequences::get, this::step, counts::steps);
    }

    private List<Answer> answers(List<ImageSet> batch) {
        if (batch.size() == 1) {
            return model.answers(batch.getFirst());
        }
        PictureSize size = model.pictureSize();
        byte[] all = new byte[batch.size() * size.pixels()];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).pixels(), 0, all, i * size.pixels(), size.pixels());
        }
        return model.answers(new ImageSet(size.height(), size.width(), all, new byte[batch.size()],
                model.classNames().size()));
    }

    private List<Answer> step(List<Step> batch) {
        int features = model.features();
        float[] all = new float[batch.size() * features];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).values, 0, all, i * features, features);
        }
        return model.step(batch.stream().map(Step::stream).toList(), all);
    }

    /** The number of images and steps that wait. */
    int waiting() {
        return images.waiting() + steps.waiting();
    }

    /** Begins a request for images; null if the model has been closed. */
    @Nullable
    Visit visit() {
        return visit(readers);
    }

    /** Begins a request that reads a sequence step by step; null if the model has been closed. */
    @Nullable
    Visit sequence() {
        return visit(sequences);
    }

    private synchronized @Nullable Visit visit(AtomicInteger kind) {
        if (closed) {
            return null;
        }
        visits++;
        kind.incrementAndGet();
        return new Visit(kind);
    }

    private synchronized void leave() {
        visits--;
        endIfUnused();
    }

    /** Ends when the requests that have begun have been answered. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            endIfUnused();
        }
    }

    private void endIfUnused() {
        if (closed && visits == 0) {
            images.close();
            steps.close();
            model.close(); // after the batch that is being computed for requests that gave up
        }
    }

    /** A request, for which the model stays open. */
    public final class Visit implements AutoCloseable {
        private final AtomicInteger kind;
        private final AtomicBoolean left = new AtomicBoolean();

        private Visit(AtomicInteger kind) {
            this.kind = kind;
        }

        /** The name of the model. */
        String name() {
            return name;
        }

        /** The model, for what does not change: sizes and names. */
        public ImageModel model() {
            return model;
        }

        /**
         * The model's answers for images.
         *
         * @param wanted each of the size that the model reads
         * @return the answers, in the order of the images
         * @throws Refusal if too many images wait, or the model does not answer in time
         */
        public List<Answer> answers(List<ImageSet> wanted) throws IOException, InterruptedException {
            return images.results(wanted);
        }

        /**
         * The model's answer after the next step of a sequence.
         *
         * @throws Refusal if too many steps wait, or the model does not answer in time
         */
        Answer step(PredictionStream stream, float[] values) throws IOException, InterruptedException {
            return steps.results(List.of(new Step(stream, values))).getFirst();
        }

        @Override
        public void close() {
            if (left.compareAndSet(false, true)) {
                kind.decrementAndGet();
                leave();
            }
        }
    }
}
