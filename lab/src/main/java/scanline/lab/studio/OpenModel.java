package scanline.lab.studio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import scanline.data.base.UserException;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.run.TrainedOn;
import scanline.lab.http.Refusal;
import scanline.lab.task.Answer;

/**
 * A model with the best weights of a run, ready to answer requests. It runs on a thread of its own, because a model is for one
 * thread. The queue of requests is bounded, and images that wait for a prediction are processed in one batch.
 */
final class OpenModel implements AutoCloseable {
    private static final int MOST_WAITING = 256;
    private static final int MOST_TOGETHER = 64;
    private static final int MOST_SECONDS = 20;
    // One more than stay open: the one that is being replaced.
    private static final Semaphore OPEN = new Semaphore(Models.MOST + 1);

    private final BlockingQueue<Work> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CompletableFuture<Trained> opened = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Work for the model's thread. */
    private sealed interface Work permits Task, Images {
        void fail(Throwable e);
    }

    /** A request of any kind. */
    private record Task(CompletableFuture<Object> done, Asked<?> asked) implements Work {
        @Override
        public void fail(Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** Images to predict, all of them or none. */
    private record Images(CompletableFuture<List<Answer>> done, List<ImageSet> images) implements Work {
        @Override
        public void fail(Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** A computation on an open model. */
    @FunctionalInterface
    interface Asked<T> {
        T of(Trained trained) throws IOException;
    }

    /** Opens the model of a run, with its data set if that is available. */
    OpenModel(Run run) {
        thread = Thread.ofPlatform().daemon().name("studio model " + run.folder().getFileName()).start(() -> work(run));
    }

    private static Trained open(Run run) throws IOException {
        String folder = run.folder().toString();
        try {
            Trained trained = Trained.open(folder, null, List.of(), Compute.with(1));
            try {
                TrainedOn.of(trained, Split.TEST, List.of());
                return trained;
            } catch (IOException | RuntimeException e) {
                trained.close();
                throw e;
            }
        } catch (UserException _) {
            return Trained.openAlone(folder, null, List.of(), Compute.with(1)); // then only its images are missing or different
        }
    }

    private void work(Run run) {
        try {
            OPEN.acquire();
            try (Trained trained = open(run)) {
                opened.complete(trained);
                while (!closed) {
                    work(trained);
                }
            } finally {
                OPEN.release();
            }
        } catch (Throwable e) { // reported to whoever waits
            opened.completeExceptionally(closed || e instanceof InterruptedException ? ended() : e);
        } finally {
            closed = true;
            waiting.forEach(work -> work.fail(ended()));
        }
    }

    private static Refusal ended() {
        return Refusal.later(503, "the model was closed", 1);
    }

    /** Does the work that waits, or the next that arrives; images that wait are predicted together. */
    private void work(Trained trained) throws InterruptedException {
        List<Images> images = new ArrayList<>();
        int together = 0;
        for (Work work = waiting.poll(MOST_SECONDS, TimeUnit.SECONDS); work != null; work = together < MOST_TOGETHER
                ? waiting.poll()
                : null) {
            switch (work) {
                case Images more -> {
                    images.add(more);
                    together += more.images.size();
                }
                case Task task -> run(task, trained);
            }
        }
        answer(trained.experiment(), images);
    }

    private static void run(Task task, Trained trained) {
        try {
            task.done.complete(task.asked.of(trained));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            task.fail(e);
        }
    }

    private static void answer(Experiment experiment, List<Images> asked) {
        List<ImageSet> images = asked.stream().flatMap(one -> one.images.stream()).toList();
        if (images.isEmpty()) {
            return;
        }
        try {
            PictureSize size = experiment.pictureSize();
            int pixels = size.pixels();
            byte[] all = new byte[images.size() * pixels];
            for (int i = 0; i < images.size(); i++) {
                System.arraycopy(images.get(i).pixels(), 0, all, i * pixels, pixels);
            }
            ImageSet set = new ImageSet(size.height(), size.width(), all, new byte[images.size()],
                    experiment.input().classes());
            List<Answer> answers = experiment.answers(set);
            int at = 0;
            for (Images one : asked) {
                one.done.complete(List.copyOf(answers.subList(at, at + one.images.size())));
                at += one.images.size();
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            asked.forEach(one -> one.fail(e));
        }
    }

    /** The experiment, for what does not change: sizes and names. */
    Experiment experiment() throws IOException, InterruptedException {
        return await(opened).experiment();
    }

    /**
     * The model's answers for images.
     *
     * @param images each of the size {@link Experiment#pictureSize}
     * @return the answers, in the order of the images
     * @throws Refusal if too many requests wait, or the model does not answer in time
     */
    List<Answer> answers(List<ImageSet> images) throws IOException, InterruptedException {
        Images asked = new Images(new CompletableFuture<>(), images);
        put(asked);
        return await(asked.done);
    }

    /**
     * Runs a computation on the model's thread and returns its result.
     *
     * @throws Refusal if too many requests wait, or the model does not answer in time
     */
    @SuppressWarnings("unchecked") // the task and its result have the same type
    <T> T ask(Asked<T> asked) throws IOException, InterruptedException {
        CompletableFuture<Object> done = new CompletableFuture<>();
        put(new Task(done, asked));
        return (T) await(done);
    }

    private void put(Work work) throws IOException, InterruptedException {
        await(opened);
        if (closed || !waiting.offer(work)) {
            throw Refusal.later(503, "too many requests for this model at once", 1);
        }
        if (closed) { // closed while it was added
            work.fail(ended());
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException, InterruptedException {
        try {
            return future.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            throw Refusal.later(503, "the model took longer than " + MOST_SECONDS + " s", 1);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case OutOfMemoryError _ -> throw Refusal.later(503, "not enough memory for this model", 5);
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /** Whether the model no longer answers, for example because it could not be opened. */
    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
