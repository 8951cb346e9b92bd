package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;

/**
 * A pool of buffers that later passes reuse, so that a training loop in its steady state allocates next to nothing. It
 * is not thread-safe.
 */
final class Memory {
    private final Backend backend;
    private final Backend weights;
    // The lengths of the free buffers in increasing order, each with its buffers: without objects for each request, of
    // which a step of a large model makes a thousand.
    private final List<List<Buffer>> free = new ArrayList<>();
    private int[] lengths = {};
    private final Map<Integer, List<float[]>> arrays = new HashMap<>();
    private long bytes;

    /**
     * Creates an empty pool.
     *
     * @param weights
     *            the backend that stores the weights of the passes: the same one, or in an inference pass another whose
     *            buffers it can read
     */
    Memory(Backend backend, Backend weights) {
        this.backend = backend;
        this.weights = weights;
    }

    /** The backend that stores the weights of the passes. */
    Backend weights() {
        return weights;
    }

    /** The backend that allocates the buffers and computes with them. */
    Backend backend() {
        return backend;
    }

    /**
     * The total size of all buffers in bytes, in use or free. It never decreases, because no buffer is ever discarded.
     */
    long bytes() {
        return bytes;
    }

    /** Returns a buffer of at least {@code length} floats with undefined content. */
    Buffer take(int length) {
        // A longer buffer will do, but handing out a much longer one would leave nothing for the next large request.
        for (int i = place(length); i < free.size() && lengths[i] <= 2L * length; i++) {
            List<Buffer> fitting = free.get(i);
            if (!fitting.isEmpty()) {
                return fitting.removeLast();
            }
        }
        bytes += (long) Float.BYTES * length;
        return backend.allocate(length);
    }

    void giveBack(Buffer buffer) {
        int length = buffer.length();
        int i = place(length);
        if (i == free.size() || lengths[i] != length) {
            lengths = Arrays.copyOf(lengths, free.size() + 1);
            System.arraycopy(lengths, i, lengths, i + 1, free.size() - i);
            lengths[i] = length;
            free.add(i, new ArrayList<>());
        }
        free.get(i).add(buffer);
    }

    /** Returns the place of the first length that is at least as large as this one. */
    private int place(int length) {
        int found = Arrays.binarySearch(lengths, length);
        return found < 0 ? -1 - found : found;
    }

    /** Returns an array of exactly that length in the Java heap, for a {@link CustomOp}; its content is undefined. */
    float[] takeArray(int length) {
        List<float[]> fitting = arrays.get(length);
        return fitting == null || fitting.isEmpty() ? new float[length] : fitting.removeLast();
    }

    void giveBack(float[] array) {
        arrays.computeIfAbsent(array.length, _ -> new ArrayList<>()).add(array);
    }
}
