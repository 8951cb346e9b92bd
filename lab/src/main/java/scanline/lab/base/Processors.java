package scanline.lab.base;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** All processors of the machine, for work on files. */
public final class Processors {
    private Processors() {}

    /**
     * Does something with each number below n, a range a processor. What fails first, by its number, is thrown; what the others
     * do is done by then.
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
                case DataException wrong -> throw wrong;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("interrupted", e);
        }
    }
}
