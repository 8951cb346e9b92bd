package scanline.lab.studio.http;

import java.util.concurrent.Semaphore;

/**
 * How much of the heap the bodies of requests may take that are being answered: what is made of a body takes several times its
 * length. Short ones need no room.
 */
final class Room {
    private static final int SHORT = 16 << 10;
    private static final int PART_OF_HEAP = 16;
    private static final long MOST_BYTES = 64 << 20;

    private final Semaphore bytes = new Semaphore(
            (int) Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));

    /**
     * Takes room for a body, and says how much.
     *
     * @throws Refusal if there is none now
     */
    int take(int length) {
        if (length <= SHORT) {
            return 0;
        }
        if (!bytes.tryAcquire(length)) {
            throw Refusal.later(503, "too much is sent at once", 1);
        }
        return length;
    }

    void leave(int length) {
        bytes.release(length);
    }
}
