package scanline.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import scanline.bench.peer.Samples;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.LinearShape;
import scanline.engine.kernel.Gemm;
import scanline.engine.kernel.Transposition;

/**
 * The three products of an LSTM with 128 hidden units, for half a batch of 100, on one thread. ops/ns are GFLOP/s. The
 * kernel's right operand is packed beforehand, because an LSTM packs it once per sequence.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class ProductBenchmark {
    private static final int B = 50;
    private static final int H = 128;
    private static final int G = 4 * H;
    /** The rows of five time steps of a whole batch, whose gate gradients are added up in one product. */
    private static final int K = 500;
    private static final int STATE_FLOPS = 2 * B * H * G;
    private static final int WEIGHT_FLOPS = 2 * K * H * G;

    private final Backend reference = new ReferenceBackend();
    private final Buffer referenceState = Samples.buffer(reference, "state", B * H);
    private final Buffer referenceGates = Samples.buffer(reference, "gates", B * G);
    private final Buffer referenceStates = Samples.buffer(reference, "states", K * H);
    private final Buffer referenceAllGates = Samples.buffer(reference, "all gates", K * G);
    private final Buffer referenceWeights = Samples.buffer(reference, "weights", G * H);
    private final Buffer referenceBias = Samples.buffer(reference, "bias", G);
    private final Buffer referenceSum = reference.allocate(G * H);

    private final float[] state = Samples.floats("state", B * H);
    private final float[] gates = Samples.floats("gates", B * G);
    private final float[] states = Samples.floats("states", K * H);
    private final float[] transposed = new float[H * K];
    private final float[] bias = Samples.floats("bias", G);
    private final float[] zero = new float[H];
    private final float[] sum = new float[H * G];
    private final float[] packedForward = new float[Gemm.packedLength(H, G)];
    private final float[] packedBackward = new float[Gemm.packedLength(G, H)];
    private final float[] packedGates = new float[Gemm.packedLength(K, G)];

    /** Packs the right operands. */
    public ProductBenchmark() {
        float[] weights = Samples.floats("weights", G * H);
        Gemm.packTransposed(packedForward, 0, weights, 0, H, H, G, 0, Gemm.panels(G));
        Gemm.pack(packedBackward, 0, weights, 0, H, G, H, 0, Gemm.panels(H));
        Gemm.pack(packedGates, 0, Samples.floats("all gates", K * G), 0, G, K, G, 0, Gemm.panels(G));
    }

    /** Gates[50, 512] = bias[512] + state[50, 128] weights[512, 128]^T. */
    @Benchmark
    @OperationsPerInvocation(STATE_FLOPS)
    public float[] forwardVector() {
        Gemm.multiply(gates, 0, G, bias, 0, 0, state, 0, H, packedForward, 0, B, H, G);
        return gates;
    }

    /** The same by plain loops. */
    @Benchmark
    @OperationsPerInvocation(STATE_FLOPS)
    public Buffer forwardReference() {
        reference.linear(referenceGates, referenceState, referenceWeights, referenceBias, new LinearShape(B, H, G));
        return referenceGates;
    }

    /** State[50, 128] = gates[50, 512] weights[512, 128]. */
    @Benchmark
    @OperationsPerInvocation(STATE_FLOPS)
    public float[] backwardVector() {
        Gemm.multiply(state, 0, H, zero, 0, 0, gates, 0, G, packedBackward, 0, B, G, H);
        return state;
    }

    /** The same as plain loops (over transposed weights, whose values do not matter). */
    @Benchmark
    @OperationsPerInvocation(STATE_FLOPS)
    public Buffer backwardReference() {
        reference.linear(referenceState, referenceGates, referenceWeights, null,
                new LinearShape(B, G, H));
        return referenceState;
    }

    /** Sum[128, 512] += states[500, 128]^T gates[500, 512]. */
    @Benchmark
    @OperationsPerInvocation(WEIGHT_FLOPS)
    public float[] weightGradientVector() {
        Transposition.transpose(transposed, 0, K, states, 0, H, K, H);
        Gemm.multiply(sum, 0, G, sum, 0, G, transposed, 0, K, packedGates, 0, H, K, G);
        return sum;
    }

    /** The same by plain loops. */
    @Benchmark
    @OperationsPerInvocation(WEIGHT_FLOPS)
    public Buffer weightGradientReference() {
        reference.linearGradient(null, referenceSum, null, referenceAllGates, referenceStates, referenceWeights,
                new LinearShape(K, H, G));
        return referenceSum;
    }
}
