package scanline.engine.backend;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * An optional capability: to record the operations of a pass and to repeat them, without a tape, on the same buffers.
 * The operations must be those of an inference pass. Weights must not change afterwards, because what was computed from
 * them alone, such as packing them, is not computed again. The weights may be buffers of another backend of the same
 * class.
 */
public interface RepeatedPasses {
    /** The operations of a pass. */
    interface Repeated {
        /** Computes them again, from the present values in the buffer of the input. */
        void run();

        /** As {@link #run}, but on the thread that calls, without waking others; the result is the same. */
        void runAlone();
    }

    /**
     * What was computed from weights alone, to be shared by passes of the same weights, also on different backends of one
     * kind. Only one pass at a time may be recorded with it; its values are not modified afterwards.
     */
    final class Prepared {
        private final Map<Object, Object> values = new HashMap<>();

        /** Creates an empty collection. */
        public Prepared() {}

        /** Returns the value of a key, which the backend chooses; it is created if it does not exist. */
        @SuppressWarnings("unchecked") // a key has one type of value
        public <T> T get(Object key, Supplier<T> value) {
            return (T) values.computeIfAbsent(key, _ -> value.get());
        }
    }

    /** Runs a pass, and returns its operations. */
    Repeated repeated(Runnable pass, Prepared prepared);

    /**
     * Returns work that each thread of this backend does on its own.
     *
     * @param part
     *            the work of the thread of this number, from 0; it may call {@link Repeated#runAlone}
     */
    Runnable onEachThread(IntConsumer part);
}
