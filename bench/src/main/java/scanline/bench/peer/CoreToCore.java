package scanline.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Measures how long a cache line takes from one core to another. On a shared server the host may place the processors
 * of a guest near each other or far apart, and move them within minutes. Communication between threads may then take
 * several times as long, so a measurement without this figure cannot be compared with another one.
 */
final class CoreToCore {
    private static final int BATCHES = 9;
    private static final int ROUND_TRIPS = 1_000;
    // On a busy machine one of the threads may wait for its turn.
    private static final long LONGEST_NANOS = 100_000_000;
    // The flag has a cache line of its own.
    private static final int FLAG = 32;
    private static final int ASKED = 1;
    private static final int ANSWERED = 0;
    private static final int STOP = 2;

    private CoreToCore() {}

    /**
     * Returns the one-way time in nanoseconds, the median of some batches; NaN with one processor. Takes some
     * milliseconds.
     */
    static double nanoseconds() {
        if (Runtime.getRuntime().availableProcessors() < 2) {
            return Double.NaN;
        }
        AtomicIntegerArray line = new AtomicIntegerArray(2 * FLAG);
        Thread.ofPlatform().daemon().start(() -> answer(line));
        List<Double> batches = new ArrayList<>();
        long start = System.nanoTime();
        do {
            batches.add(batch(line));
        } while (batches.size() < BATCHES && System.nanoTime() - start < LONGEST_NANOS);
        line.setRelease(FLAG, STOP);
        return Timings.median(batches);
    }

    private static double batch(AtomicIntegerArray line) {
        long start = System.nanoTime();
        int trips = 0;
        while (trips < ROUND_TRIPS && System.nanoTime() - start < LONGEST_NANOS) {
            line.setRelease(FLAG, ASKED);
            while (line.getAcquire(FLAG) != ANSWERED) {
                Thread.onSpinWait();
            }
            trips++;
        }
        return (System.nanoTime() - start) / (2.0 * trips);
    }

    private static void answer(AtomicIntegerArray line) {
        for (int asked = line.getAcquire(FLAG); asked != STOP; asked = line.getAcquire(FLAG)) {
            if (asked == ASKED) {
                line.setRelease(FLAG, ANSWERED);
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
