package scanline.data.base;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Runs work on files on all processors of the machine. */
public final class Processors {
    private Processors() {}

    /**
     * Runs work for each number from 0 to n - 1; each processor gets one range. If several numbers fail, throws the
     * failure of the first range that has one, after the other ranges are done.
     */
    public static void each(int n, IntConsumer work) {
        int threads = Math.clamp(n, 1, Runtime.getRuntime().availableProcessors());
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> ranges = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int from = (int) ((long) n * t / threads);
                int to = (int) ((long) n * (t + 1) / threads);
                ranges.add(pool.submit(() -> {
                    for (int i = from; i < to; i++) {
                        work.accept(i);
                    }
                }));
            }
            for (Future<?> range : ranges) {
                range.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case DataException data -> throw data;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("interrupted", e);
        }
    }
}
