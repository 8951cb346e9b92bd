package scanline.bench.peer;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import scanline.engine.tensor.Predictor;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Provenance;

/**
 * Measures the latency of single predictions of a recipe: a separate process that answers {@link Latency}. Each
 * prediction is compared with the logits that an evaluation computes.
 */
final class LatencySide implements AutoCloseable {
    private static final int IMAGES = 64;
    private static final int MOST_PREDICTIONS = 1 << 22;
    private static final int LEAST_PREDICTIONS = 3;

    private final String recipe;
    private final int threads;
    private final Predictor predictor;
    private final float[][] images;
    private final float[][] expected;
    private final long[] nanos = new long[MOST_PREDICTIONS];
    private final AtomicLong different = new AtomicLong();

    /** Prepares predictions of some test images. */
    LatencySide(String recipe, int threads) {
        this.recipe = recipe;
        this.threads = threads;
        try (Steps steps = new Steps(Recipes.find(recipe, List.of()), 1)) {
            predictor = Prediction.predictor(steps.experiment(), threads);
            float[] logits = steps.logits(steps.testBatch(IMAGES));
            int classes = logits.length / IMAGES;
            expected = new float[IMAGES][];
            images = new float[IMAGES][];
            for (int i = 0; i < IMAGES; i++) {
                images[i] = steps.testImage(i).values();
                expected[i] = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
            }
        }
    }

    /** The command that starts this side. */
    static List<String> command(String recipe, int threads) {
        return ChildJvm.command(List.of(), LatencySide.class, recipe, threads);
    }

    /** {@code LatencySide RECIPE THREADS}. */
    public static void main(String[] arguments) throws IOException {
        try (LatencySide side = new LatencySide(arguments[0], Integer.parseInt(arguments[1]))) {
            Answers.give(Provenance.version(), side::answer);
        }
    }

    private String answer(List<String> words) {
        double number = words.size() > 1 ? Double.parseDouble(words.get(1)) : 0;
        try {
            return switch (words.getFirst()) {
                case "loop" -> latencies(number, 0).words();
                case "pauses" -> latencies(number, Integer.parseInt(words.get(2))).words();
                case "training" -> whileTraining(number).words();
                case "together" -> Long.toString(together(number, Integer.parseInt(words.get(2))));
                case "allocated" -> Long.toString(allocated((int) number));
                case "different" -> Long.toString(different());
                default -> throw new IllegalArgumentException("no question is called " + words.getFirst());
            };
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Predicts one image after the other, after a pause of some milliseconds each. */
    Latencies latencies(double seconds, int pause) throws InterruptedException {
        float[] logits = new float[expected[0].length];
        long end = end(seconds);
        int count = 0;
        while (count < LEAST_PREDICTIONS || (count < MOST_PREDICTIONS && System.nanoTime() < end)) {
            if (pause > 0) {
                Thread.sleep(pause);
            }
            int image = count % IMAGES;
            long start = System.nanoTime();
            predictor.predict(images[image], 1, logits);
            nanos[count++] = System.nanoTime() - start;
            compare(image, logits);
        }
        return Latencies.of(nanos, count);
    }

    /** Predicts in a loop while another thread trains the same recipe, with as many threads. */
    Latencies whileTraining(double seconds) throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        try (Steps training = new Steps(Recipes.find(recipe, List.of()), threads)) {
            training.next();
            Thread thread = Thread.ofPlatform().start(() -> {
                while (!stop.get()) {
                    training.next();
                }
            });
            try {
                return latencies(seconds, 0);
            } finally {
                stop.set(true);
                thread.join();
            }
        }
    }

    /** Lets several threads predict at the same time, and returns the number of their predictions. */
    long together(double seconds, int callers) throws InterruptedException {
        AtomicLong count = new AtomicLong();
        List<Thread> threadsOfCallers = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            int first = caller;
            threadsOfCallers.add(Thread.ofPlatform().start(() -> {
                float[] logits = new float[expected[0].length];
                long end = end(seconds);
                for (int i = first; System.nanoTime() < end; i++) {
                    predictor.predict(images[i % IMAGES], 1, logits);
                    compare(i % IMAGES, logits);
                    count.incrementAndGet();
                }
            }));
        }
        for (Thread thread : threadsOfCallers) {
            thread.join();
        }
        return count.get();
    }

    private static long end(double seconds) {
        return System.nanoTime() + (long) (seconds * 1e9);
    }

    private void compare(int image, float[] logits) {
        if (!Arrays.equals(logits, expected[image])) {
            different.incrementAndGet();
        }
    }

    /** The bytes that all threads of this JVM allocate during some predictions, after as many that are not counted. */
    long allocated(int predictions) {
        ThreadMXBean threadsOfJvm = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        float[] logits = new float[expected[0].length];
        predict(predictions, logits);
        long before = threadsOfJvm.getTotalThreadAllocatedBytes();
        predict(predictions, logits);
        return threadsOfJvm.getTotalThreadAllocatedBytes() - before;
    }

    private void predict(int predictions, float[] logits) {
        for (int i = 0; i < predictions; i++) {
            predictor.predict(images[i % IMAGES], 1, logits);
        }
    }

    /** The number of predictions so far whose logits were not those of an evaluation, to the bit. */
    long different() {
        return different.get();
    }

    @Override
    public void close() {
        predictor.close();
    }
}
