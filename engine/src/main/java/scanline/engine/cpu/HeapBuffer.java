package scanline.engine.cpu;

import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Buffer;

/** A buffer in the Java heap. */
record HeapBuffer(float[] values) implements Buffer {
    static float[] floats(Buffer buffer) {
        return ((HeapBuffer) buffer).values;
    }

    static float @Nullable [] floatsOrNull(@Nullable Buffer buffer) {
        return buffer == null ? null : floats(buffer);
    }

    @Override
    public int length() {
        return values.length;
    }

    @Override
    public void read(int from, float[] target, int at, int n) {
        System.arraycopy(values, from, target, at, n);
    }

    @Override
    public void write(int from, float[] source, int at, int n) {
        System.arraycopy(source, at, values, from, n);
    }
}
