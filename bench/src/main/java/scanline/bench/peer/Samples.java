package scanline.bench.peer;

import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.random.RandomKey;

/** Input data for benchmarks, uniform from -1 to 1. */
public final class Samples {
    private Samples() {}

    public static float[] floats(String name, int n) {
        float[] values = new float[n];
        RandomKey.of(1, name).uniform(values, 0, n, -1, 1);
        return values;
    }

    public static Buffer buffer(Backend backend, String name, int n) {
        Buffer buffer = backend.allocate(n);
        buffer.write(0, floats(name, n), 0, n);
        return buffer;
    }

    public static int[] labels(int n, int classes) {
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % classes;
        }
        return labels;
    }
}
