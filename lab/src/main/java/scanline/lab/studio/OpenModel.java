package scanline.lab.studio;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import scanline.data.base.UserException;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Split;
import scanline.lab.http.Futures;
import scanline.lab.http.Refusal;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.run.TrainedOn;

/**
 * A model with the best weights of a run, ready to be looked into. It runs on a thread of its own, because an experiment is for
 * one thread. The queue of requests is bounded.
 */
final class OpenModel implements AutoCloseable {
    private static final int MOST_WAITING = 256;
    private static final int MOST_SECONDS = 20;
    // One more than stay open: the one that is being replaced.
    private static final Semaphore OPEN = new Semaphore(Models.MOST + 1);

    private final BlockingQueue<Task> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CompletableFuture<Trained> opened = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closed;

    /** A request, and its result. */
    private record Task(CompletableFuture<Object> done, Asked<?> asked) {
        void fail(Throwable e) {
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
                    run(waiting.take(), trained);
                }
            } finally {
                OPEN.release();
            }
        } catch (Throwable e) { // reported to whoever waits
            opened.completeExceptionally(closed || e instanceof InterruptedException ? ended() : e);
        } finally {
            closed = true;
            waiting.forEach(task -> task.fail(ended()));
        }
    }

    private static Refusal ended() {
        return Refusal.later(503, "the model was closed", 1);
    }

    private static void run(Task task, Trained trained) {
        try {
            task.done.complete(task.asked.of(trained));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            task.fail(e);
        }
    }

    /**
     * Runs a computation on the model's thread and returns its result.
     *
     * @throws Refusal if too many requests wait, or the model does not answer in time
     */
    @SuppressWarnings("unchecked") // the task and its result have the same type
    <T> T ask(Asked<T> asked) throws IOException, InterruptedException {
        Task task = new Task(new CompletableFuture<>(), asked);
        Futures.await(opened, MOST_SECONDS);
        if (closed || !waiting.offer(task)) {
            throw Refusal.later(503, "too many requests for this model at once", 1);
        }
        if (closed) { // closed while it was added
            task.fail(ended());
        }
        return (T) Futures.await(task.done, MOST_SECONDS);
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
