package scanline.lab.serve;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.lab.http.Refusal;
import scanline.lab.serve.ServedModel.Visit;

/**
 * The place of a model under a name. When its weights change, the new model is opened beside the old one and takes its place;
 * the old one is closed after its last request.
 */
public final class ModelSlot implements AutoCloseable {
    private static final int OPENING_SECONDS = 20;

    private final String name;
    private final ModelSource source;
    private final Batching batching;
    private final ModelCounts counts;
    private final Lock opening = new ReentrantLock();
    private @Nullable Object version; // of the open model
    private @Nullable Object tried; // of the last attempt to open it
    private volatile @Nullable ServedModel current;
    private volatile boolean closed;

    /** Creates a place without a model. */
    public ModelSlot(String name, ModelSource source, Batching batching) {
        this.name = name;
        this.source = source;
        this.batching = batching;
        counts = new ModelCounts(batching);
    }

    String name() {
        return name;
    }

    ModelCounts counts() {
        return counts;
    }

    boolean isReady() {
        return current != null;
    }

    /** The number of images and steps that wait. */
    int waiting() {
        ServedModel model = current;
        return model == null ? 0 : model.waiting();
    }

    /**
     * Opens the model if it is not open, or not with its present weights.
     *
     * @throws Refusal if another thread takes too long to open it
     */
    public void open() throws IOException, InterruptedException {
        open(false, false);
    }

    /** Opens the model as {@link #open} does, and uses it once with each size of a batch, before requests do. */
    void openWarm() throws IOException, InterruptedException {
        open(false, true);
    }

    /** Opens the model anew, whether its weights have changed or not. */
    void reopen() throws IOException, InterruptedException {
        open(true, true);
    }

    private void open(boolean always, boolean warm) throws IOException, InterruptedException {
        if (!opening.tryLock(OPENING_SECONDS, TimeUnit.SECONDS)) {
            throw Refusal.later(503, "the model " + name + " is being opened", 1);
        }
        try {
            Object present = source.version();
            if (!always && current != null && present.equals(version)) {
                return;
            }
            tried = present;
            ImageModel opened = source.open();
            if (warm) {
                warm(opened);
            }
            replace(new ServedModel(name, opened, batching, counts));
            version = present;
            counts.opened();
        } finally {
            opening.unlock();
        }
    }

    private void warm(ImageModel opened) {
        try {
            PictureSize size = opened.pictureSize();
            for (int count : batching.sizes()) {
                opened.answers(new ImageSet(size.height(), size.width(), new byte[count * size.pixels()],
                        new byte[count], opened.classNames().size()));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            opened.close();
            throw e;
        }
    }

    private synchronized void replace(@Nullable ServedModel next) {
        ServedModel before = current;
        current = next;
        if (before != null) {
            before.close();
        }
        if (closed && next != null) {
            replace(null);
        }
    }

    /** Whether the weights are others than those of the last attempt to open the model. */
    boolean hasChanged() throws IOException {
        if (!opening.tryLock()) {
            return false; // they are being read
        }
        try {
            return !source.version().equals(tried);
        } finally {
            opening.unlock();
        }
    }

    /**
     * Begins a request for images.
     *
     * @throws Refusal if the model has not been opened yet, or is closed
     */
    public Visit visit() {
        return visit(ServedModel::visit);
    }

    /** Begins a request that reads a sequence step by step. */
    Visit sequence() {
        return visit(ServedModel::sequence);
    }

    private Visit visit(Function<ServedModel, @Nullable Visit> begun) {
        while (true) {
            ServedModel model = current;
            if (model == null) {
                throw Refusal.later(503, closed ? "the model was closed" : "the model " + name + " is being loaded", 1);
            }
            Visit visit = begun.apply(model);
            if (visit != null) {
                return visit;
            } // otherwise it has just been replaced
        }
    }

    /** Closes the model after its last request. */
    @Override
    public void close() {
        closed = true;
        replace(null);
    }
}
