package scanline.lab.experiment;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Blocks;

/**
 * A backend that counts its calls, and computes them on another backend. Its buffers are its own, as those of a device
 * are: they count what is read and written, and whoever looks into one by another way fails.
 */
final class CountingBackend {
    private final Backend inner;
    private final Map<String, Integer> calls = new TreeMap<>();
    private int allocations;
    private int reads;
    private int writes;
    private int blocks;

    CountingBackend(Backend inner) {
        this.inner = inner;
    }

    /** Returns the backend, which has every optional ability of the inner one. */
    Backend backend() {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), inner.getClass().getInterfaces(),
                (_, operation, arguments) -> {
                    blocks = 0;
                    Object[] own = own(arguments);
                    if (blocks > 0) {
                        calls.merge(operation.getName(), 1, Integer::sum);
                    }
                    try {
                        Object result = operation.invoke(inner, own);
                        if (result instanceof Buffer buffer) {
                            allocations++;
                            return new Counted(buffer);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Forgets what has been counted. */
    void clear() {
        calls.clear();
        allocations = 0;
        reads = 0;
        writes = 0;
    }

    /** The number of calls of each operation on buffers; what only asks for sizes does not count. */
    Map<String, Integer> calls() {
        return calls;
    }

    /** How many buffers were allocated. */
    int allocations() {
        return allocations;
    }

    /** How often a buffer was read. */
    int reads() {
        return reads;
    }

    /** How often a buffer was written by the host. */
    int writes() {
        return writes;
    }

    private @Nullable Object @Nullable [] own(@Nullable Object @Nullable [] arguments) {
        if (arguments == null) {
            return null;
        }
        @Nullable
        Object[] own = new Object[arguments.length];
        for (int i = 0; i < own.length; i++) {
            own[i] = own(arguments[i]);
        }
        return own;
    }

    private @Nullable Object own(@Nullable Object argument) {
        return switch (argument) {
            case Counted buffer -> {
                blocks++;
                yield buffer.inner;
            }
            case Blocks<?> group -> group.map(this::own);
            case List<?> list -> list.stream().map(this::own).toList();
            case null, default -> argument;
        };
    }

    private final class Counted implements Buffer {
        private final Buffer inner;

        Counted(Buffer inner) {
            this.inner = inner;
        }

        @Override
        public int length() {
            return inner.length();
        }

        @Override
        public void read(int from, float[] target, int at, int n) {
            reads++;
            inner.read(from, target, at, n);
        }

        @Override
        public void write(int from, float[] source, int at, int n) {
            writes++;
            inner.write(from, source, at, n);
        }
    }
}
