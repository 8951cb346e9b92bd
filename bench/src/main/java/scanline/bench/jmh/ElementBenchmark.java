package scanline.bench.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import scanline.bench.peer.Samples;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Backend.AdamStep;
import scanline.engine.backend.Buffer;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Learned;
import scanline.engine.kernel.Activations;

/** Element-wise operations on one thread, with vectors and as plain loops; in nanoseconds per element. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class ElementBenchmark {
    private static final int N = 65_536;
    private static final int ROWS = 100;
    private static final int CLASSES = 10;
    private static final AdamStep STEP = new AdamStep(1e-3f, 1f, 0f, 0.9f, 0.999f, 1f, 1e-8f);

    /** The backend: {@code vector} or {@code reference}. */
    @Param({"vector", "reference"})
    public String backend = "";

    private Backend used = new ReferenceBackend();
    private Buffer x = used.allocate(0);
    private Buffer y = used.allocate(0);
    private Buffer mean = used.allocate(0);
    private Buffer square = used.allocate(0);
    private Buffer logits = used.allocate(0);
    private Buffer probabilities = used.allocate(0);
    private Buffer loss = used.allocate(0);
    private float[] exponents = {};
    private float[] powers = {};
    private final int[] labels = Samples.labels(ROWS, CLASSES);

    /** Opens the backend. */
    @Setup
    public void open() {
        used = isVector() ? new CpuBackend(1) : new ReferenceBackend();
        x = Samples.buffer(used, "x", N);
        y = Samples.buffer(used, "y", N);
        mean = used.allocate(N);
        square = used.allocate(N);
        logits = Samples.buffer(used, "logits", ROWS * CLASSES);
        probabilities = used.allocate(ROWS * CLASSES);
        loss = used.allocate(1);
        exponents = Samples.floats("exponents", N);
        powers = new float[N];
    }

    /** Closes the backend. */
    @TearDown
    public void close() {
        used.close();
    }

    /** The logistic function. */
    @Benchmark
    @OperationsPerInvocation(N)
    public Buffer sigmoid() {
        used.sigmoid(y, x, N);
        return y;
    }

    /** The hyperbolic tangent. */
    @Benchmark
    @OperationsPerInvocation(N)
    public Buffer tanh() {
        used.tanh(y, x, N);
        return y;
    }

    /** The exponential function, which is not a backend operation. */
    @Benchmark
    @OperationsPerInvocation(N)
    public float[] exp() {
        if (isVector()) {
            Activations.exp(powers, 0, exponents, 0, N);
        } else {
            for (int i = 0; i < N; i++) {
                powers[i] = (float) StrictMath.exp(exponents[i]);
            }
        }
        return powers;
    }

    /** An update of 65,536 weights. */
    @Benchmark
    @OperationsPerInvocation(N)
    public Buffer adam() {
        used.adam(List.of(new Learned<>(x, y, List.of(mean, square))), List.of(STEP));
        return x;
    }

    /** The loss of a batch of 100 with 10 classes; in nanoseconds per logit. */
    @Benchmark
    @OperationsPerInvocation(ROWS * CLASSES)
    public Buffer crossEntropy() {
        used.crossEntropy(loss, probabilities, logits, labels, 0f, ROWS, CLASSES);
        return loss;
    }

    private boolean isVector() {
        return backend.equals("vector");
    }
}
