package scanline.lab.serve;

import java.util.ArrayList;
import java.util.List;

/**
 * How requests for a model are put together.
 *
 * @param size the largest number of images in a batch
 * @param waitNanos how long images wait for others at most, while other requests are being processed; 0 for not at all
 * @param workers the number of batches that are computed at the same time
 * @param waiting the largest number of images that wait
 * @param seconds the time within which a request must be answered
 */
public record Batching(int size, long waitNanos, int workers, int waiting, int seconds) {
    /** The default: half of the processors compute batches, the others handle requests. */
    public static final Batching STANDARD = new Batching(32, 300_000,
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 1024, 20);

    /** Returns these settings with other batches. */
    public Batching with(int largest, long longestWaitNanos, int atTheSameTime) {
        return new Batching(largest, longestWaitNanos, atTheSameTime, Math.max(waiting, largest), seconds);
    }

    /** The size of the batch that is taken from so many images that wait: few sizes occur, as each takes memory. */
    int taken(int images) {
        return images >= size ? size : Integer.highestOneBit(images);
    }

    /** The sizes that occur, ascending. */
    List<Integer> sizes() {
        List<Integer> sizes = new ArrayList<>();
        for (int each = 1; each < size; each *= 2) {
            sizes.add(each);
        }
        sizes.add(size);
        return sizes;
    }
}
