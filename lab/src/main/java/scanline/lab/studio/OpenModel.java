package scanline.lab.studio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import scanline.lab.data.DataException;
import scanline.lab.data.ImageSet;
import scanline.lab.data.Pictures;
import scanline.lab.studio.http.Refusal;
import scanline.lab.train.Answer;
import scanline.lab.train.Evaluation;
import scanline.lab.train.Experiment;
import scanline.lab.train.Run;
import scanline.lab.train.Trained;

/**
 * The best weights of a run, ready to answer, on a thread of their own: a model is for one thread. What waits is bounded, and
 * images that wait for a prediction are taken together.
 */
final class OpenModel implements AutoCloseable {
    private static final int MOST_WAITING = 256;
    private static final int MOST_TOGETHER = 64;
    private static final int MOST_SECONDS = 20;

    private final BlockingQueue<Work> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CompletableFuture<Trained> opened = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closed;

    /** What the model's thread does. */
    private sealed interface Work permits Task, Image {
        void fail(Throwable e);
    }

    /** Anything. */
    private record Task(CompletableFuture<Object> done, Asked<?> asked) implements Work {
        @Override
        public void fail(Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** An image to be answered. */
    private record Image(CompletableFuture<Answer> done, ImageSet image) implements Work {
        @Override
        public void fail(Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** What is asked of a model. */
    @FunctionalInterface
    interface Asked<T> {
        T of(Trained trained) throws IOException;
    }

    /** Opens the model of a run, with its data where they are. */
    OpenModel(Run run) {
        thread = Thread.ofPlatform().daemon().name("studio model " + run.folder().getFileName()).start(() -> work(run));
    }

    private static Trained open(Run run) throws IOException {
        String folder = run.folder().toString();
        try {
            return Trained.open(folder, null, List.of(), 1);
        } catch (DataException _) {
            return Trained.openAlone(folder, null, List.of(), 1); // its images alone are missing then
        }
    }

    private void work(Run run) {
        try (Trained trained = open(run)) {
            opened.complete(trained);
            List<Image> images = new ArrayList<>();
            while (!closed) {
                for (Work work = waiting.poll(images.isEmpty() ? MOST_SECONDS : 0,
                        TimeUnit.SECONDS); work != null; work = images.size() < MOST_TOGETHER ? waiting.poll() : null) {
                    switch (work) {
                        case Image image -> images.add(image);
                        case Task task -> run(task, trained);
                    }
                }
                answer(trained.experiment(), images);
                images.clear();
            }
        } catch (InterruptedException _) {
            // closed
        } catch (Throwable e) { // whoever waits is told
            opened.completeExceptionally(e);
        } finally {
            closed = true;
            waiting.forEach(work -> work.fail(Refusal.later(503, "the model was closed", 1)));
        }
    }

    private static void run(Task task, Trained trained) {
        try {
            task.done.complete(task.asked.of(trained));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            task.fail(e);
        }
    }

    private static void answer(Experiment experiment, List<Image> images) {
        if (images.isEmpty()) {
            return;
        }
        try {
            Pictures known = experiment.outside();
            int pixels = known.height() * known.width();
            byte[] all = new byte[images.size() * pixels];
            for (int i = 0; i < images.size(); i++) {
                System.arraycopy(images.get(i).image.pixels(), 0, all, i * pixels, pixels);
            }
            ImageSet set = new ImageSet(known.height(), known.width(), all, new byte[images.size()], known.classes());
            Evaluation.of(experiment, experiment.loader(set), IntStream.range(0, images.size()).toArray(),
                    (index, _, answer) -> images.get(index).done.complete(answer));
        } catch (RuntimeException | OutOfMemoryError e) {
            images.forEach(image -> image.fail(e));
        }
    }

    /** The model, for what does not change: its sizes and names. */
    Experiment experiment() throws IOException, InterruptedException {
        return await(opened).experiment();
    }

    /**
     * What the model says of images, of the size of {@link Experiment#outside}; of all of them or, where there is no room, of none.
     *
     * @throws Refusal if too much waits
     */
    List<Answer> answers(List<ImageSet> images) throws IOException, InterruptedException {
        List<Image> asked = images.stream().map(image -> new Image(new CompletableFuture<>(), image)).toList();
        List<Answer> answers = new ArrayList<>();
        for (Image image : asked) {
            put(image);
        }
        for (Image image : asked) {
            answers.add(await(image.done));
        }
        return answers;
    }

    /**
     * What the model comes to.
     *
     * @throws Refusal if too much waits
     */
    @SuppressWarnings("unchecked") // the task is of the same type as what it comes to
    <T> T ask(Asked<T> asked) throws IOException, InterruptedException {
        CompletableFuture<Object> done = new CompletableFuture<>();
        put(new Task(done, asked));
        return (T) await(done);
    }

    private void put(Work work) throws IOException, InterruptedException {
        await(opened);
        if (closed || !waiting.offer(work)) {
            throw Refusal.later(503, "too much is asked of this model at once", 1);
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
                case OutOfMemoryError _ -> throw Refusal.later(503, "there is not enough memory for this model", 5);
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /** Whether it no longer answers, as where it could not be opened. */
    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
