package scanline.bench.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Samples the memory of a server while it is loaded. */
final class Memory implements AutoCloseable {
    private static final int SAMPLES = 30;
    private static final double MB = 1e6;

    private final List<Long> resident = new ArrayList<>();
    private final List<Long> heap = new ArrayList<>();
    private final Thread thread;

    /** Starts to sample for so many seconds. */
    Memory(ServerProcess server, double seconds) {
        thread = Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < SAMPLES; i++) {
                    Thread.sleep((long) (1000 * seconds / (SAMPLES + 1)));
                    sample(server.residentBytes(), server.metric("scanline_heap_after_collection_bytes"));
                }
            } catch (IOException | InterruptedException _) {
                // the load has ended
            }
        });
    }

    private synchronized void sample(long residentBytes, long heapBytes) {
        resident.add(residentBytes);
        heap.add(heapBytes);
    }

    /** The largest resident memory. */
    synchronized long largest() {
        return resident.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** The largest resident memory of the last third of the time, divided by that of the second third. */
    synchronized double growth() {
        int third = resident.size() / 3;
        return (double) most(resident.subList(2 * third, resident.size())) / most(resident.subList(third, 2 * third));
    }

    private static long most(List<Long> values) {
        return LongStream.concat(LongStream.of(1), values.stream().mapToLong(Long::longValue)).max().orElseThrow();
    }

    @Override
    public synchronized String toString() {
        int third = resident.size() / 3;
        return String.format(Locale.ROOT, "resident: at most %.0f, %.0f and %.0f MB in the thirds of the time, the last"
                + " %.2f times the second; heap after collection: at most %.0f MB",
                most(resident.subList(0, third)) / MB,
                most(resident.subList(third, 2 * third)) / MB,
                most(resident.subList(2 * third, resident.size())) / MB, growth(), most(heap) / MB);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the caller notices
        }
    }
}
