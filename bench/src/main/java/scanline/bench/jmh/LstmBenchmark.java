package scanline.bench.jmh;

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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import scanline.bench.peer.Samples;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.geometry.CellKind;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Recurrence;
import scanline.engine.tensor.Recurrence.RecurrentWeights;
import scanline.engine.tensor.Sequences;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * One LSTM layer over the rows of 100 images, fused and composed of basic operations, on all processors. Its ops/ns are
 * GFLOP/s of its products.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class LstmBenchmark {
    private static final int T = 28;
    private static final int B = 100;
    private static final int F = 28;
    private static final int H = 128;
    private static final int G = 4 * H;
    private static final int FORWARD_FLOPS = 2 * T * B * G * (F + H);
    // The input needs no gradient.
    private static final int TRAINING_FLOPS = 3 * FORWARD_FLOPS - 2 * T * B * G * F;

    /** The implementation: {@code fused} or {@code composed}. */
    @Param({"fused", "composed"})
    public String twin = "";

    private final Backend backend = new CpuBackend(Runtime.getRuntime().availableProcessors());
    private final Engine engine = new Engine(backend);
    private final float[] images = Samples.floats("images", T * B * F);
    private final int[] labels = Samples.labels(B, H);
    private final RecurrentWeights layer;

    /** Creates the weights. */
    public LstmBenchmark() {
        Weights weights = engine.weights(1);
        layer = new RecurrentWeights(CellKind.LSTM, weights.uniform("inputHidden", Shape.of(G, F), 0.1f),
                weights.uniform("hiddenHidden", Shape.of(G, H), 0.1f), weights.uniform("inputBias", Shape.of(G), 0.1f),
                weights.uniform("hiddenBias", Shape.of(G), 0.1f));
    }

    /** Ends the threads of the backend. */
    @TearDown
    public void close() {
        backend.close();
    }

    /** The forward pass, without recording. */
    @Benchmark
    @OperationsPerInvocation(FORWARD_FLOPS)
    public float forward() {
        try (Tape tape = engine.inference()) {
            return output(tape).values()[0];
        }
    }

    /** The forward and backward passes, with a cross-entropy of the last state. */
    @Benchmark
    @OperationsPerInvocation(TRAINING_FLOPS)
    public float forwardAndBackward() {
        try (Tape tape = engine.training(RandomKey.of(1, "pass"))) {
            Tensor loss = Losses.crossEntropy(output(tape), labels, 0f);
            tape.backward(loss);
            return loss.values()[0];
        }
    }

    private Tensor output(Tape tape) {
        Tensor x = tape.input(Shape.of(T, B, F), images);
        Tensor zeros = tape.input(Shape.of(B, H), new float[B * H]);
        Recurrence.State state = new Recurrence.State(zeros, zeros);
        return twin.equals("fused")
                ? Sequences.recurrent(x, layer, state, Output.LAST_STEP, false)
                : Sequences.composed(x, layer, state, Output.LAST_STEP);
    }
}
