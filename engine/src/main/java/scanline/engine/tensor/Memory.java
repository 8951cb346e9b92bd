package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The buffers of finished passes, kept for the next one, so that a training loop in its steady state allocates next to
 * nothing. For one thread.
 */
public final class Memory {
    private final Backend backend;
    private final TreeMap<Integer, List<Buffer>> free = new TreeMap<>();
    private long bytes;

    /** An empty memory that allocates from {@code backend}. */
    public Memory(Backend backend) {
        this.backend = backend;
    }

    /** Where the buffers lie and what computes with them. */
    public Backend backend() {
        return backend;
    }

    /** How many bytes all its buffers have, those in use and those kept; it never gives one up, so this never falls. */
    public long bytes() {
        return bytes;
    }

    /** A buffer of at least {@code length} floats, whose content is left over from an earlier use. */
    Buffer take(int length) {
        // A longer one serves as well, but not one so much longer that the next large request would find nothing.
        Map.Entry<Integer, List<Buffer>> fitting = free.ceilingEntry(length);
        if (fitting == null || fitting.getKey() > 2L * length) {
            bytes += (long) Float.BYTES * length;
            return backend.allocate(length);
        }
        List<Buffer> buffers = fitting.getValue();
        Buffer buffer = buffers.removeLast();
        if (buffers.isEmpty()) {
            free.remove(fitting.getKey());
        }
        return buffer;
    }

    void giveBack(Buffer buffer) {
        free.computeIfAbsent(buffer.length(), _ -> new ArrayList<>()).add(buffer);
    }
}
