package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;

/**
 * A pool of buffers that later passes reuse, so that a training loop in its steady state allocates next to nothing. It
 * is not thread-safe.
 */
final class Memory {
    private final Backend backend;
    private final TreeMap<Integer, List<Buffer>> free = new TreeMap<>();
    // Lists to use again: a large model takes and gives back a thousand buffers in a step.
    private final List<List<Buffer>> emptied = new ArrayList<>();
    private final Map<Integer, List<float[]>> arrays = new HashMap<>();
    private long bytes;

    Memory(Backend backend) {
        this.backend = backend;
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
        Map.Entry<Integer, List<Buffer>> fitting = free.ceilingEntry(length);
        if (fitting == null || fitting.getKey() > 2L * length) {
            bytes += (long) Float.BYTES * length;
            return backend.allocate(length);
        }
        List<Buffer> buffers = fitting.getValue();
        Buffer buffer = buffers.removeLast();
        if (buffers.isEmpty()) {
            free.remove(fitting.getKey());
            emptied.add(buffers);
        }
        return buffer;
    }

    void giveBack(Buffer buffer) {
        List<Buffer> fitting = free.get(buffer.length());
        if (fitting == null) {
            fitting = emptied.isEmpty() ? new ArrayList<>() : emptied.removeLast();
            free.put(buffer.length(), fitting);
        }
        fitting.add(buffer);
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
