package scanline.lab.http;

import java.util.concurrent.Semaphore;

/**
 * Limits the memory for the bodies of all requests being answered. It is a fraction of the heap, because processing a body takes
 * several times its length. Short bodies are not counted.
 */
final class Room {
    private static final int SHORT = 16 << 10;
    private static final int PART_OF_HEAP = 16;
    private static final long MOST_BYTES = 64 << 20;

    private final Semaphore bytes = new Semaphore(
            (int) Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));

    /**
     * Reserves room for a body and returns how much.
     *
     * @throws Refusal if there is not enough room now
     */
    int take(int length) {
        if (length <= SHORT) {
            return 0;
        }
        if (!bytes.tryAcquire(length)) {
            throw Refusal.later(503, "too much data at once", 1);
        }
        return length;
    }

    void leave(int length) {
        bytes.release(length);
    }
}
