package scanline.bench.peer;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import scanline.data.sequence.Batch;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Trace;
import scanline.engine.tensor.Weights;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.run.Provenance;

/** Scanline's side at a {@link GrowthPoint}: a separate process that answers a {@link Side}. */
final class GrowthSide implements Answers.Measured, AutoCloseable {
    private final GrowthPoint point;
    private final CpuBackend backend;
    private final Engine engine;
    private final Weights weights;
    private final Classifier network;
    private final List<float[]> first;
    private final Batch batch;
    private Optimizer optimizer;

    /** Creates a network and a made-up batch, always the same for the same point. */
    GrowthSide(GrowthPoint point, int threads) {
        this.point = point;
        backend = new CpuBackend(threads);
        engine = new Engine(backend);
        weights = engine.weights(1);
        network = (Classifier) point.model().build(weights,
                new Model.Input(point.steps(), point.features(), GrowthPoint.CLASSES, 1));
        first = weights.parameters().stream().map(Parameter::values).toList();
        batch = new Batch(Samples.floats("growth", point.steps() * point.batch() * point.features()),
                IntStream.of(Samples.labels(point.batch(), GrowthPoint.CLASSES)).mapToObj(label -> new int[] {label})
                        .toArray(int[][]::new));
        optimizer = new Optimizer(GrowthPoint.RULE, weights);
    }

    /** The command that starts this side. */
    static List<String> command(GrowthPoint point, int threads) {
        return ChildJvm.command(List.of(), GrowthSide.class, threads, String.join(",", point.words()));
    }

    /** {@code GrowthSide THREADS POINT}. */
    public static void main(String[] arguments) throws IOException {
        try (GrowthSide side = new GrowthSide(GrowthPoint.of(Arrays.asList(arguments[1].split(","))),
                Integer.parseInt(arguments[0]))) {
            Answers.give(Provenance.version(), side);
        }
    }

    /** The parameters of the network. */
    Weights weights() {
        return weights;
    }

    /** The floating-point operations of a training step: three times those of the products in a forward pass. */
    double flops() {
        try (Tape tape = engine.inference()) {
            Trace trace = tape.startTrace();
            network.forward(tape.input(Shape.of(point.steps(), 1, point.features()),
                    new float[point.steps() * point.features()]));
            return 3.0 * point.batch() * trace.steps().stream().mapToLong(Trace.Step::flops).sum();
        }
    }

    /** The batch on which it is trained. */
    Batch batch() {
        return batch;
    }

    @Override
    public void restart(Map<String, String> settings) {
        for (int i = 0; i < first.size(); i++) {
            weights.parameters().get(i).value().write(0, first.get(i), 0, first.get(i).length);
        }
        optimizer = new Optimizer(GrowthPoint.RULE, weights);
    }

    @Override
    public float run(int i) {
        float loss;
        try (Tape tape = engine.training(RandomKey.of(1, "growth"))) {
            Tensor x = tape.input(Shape.of(point.steps(), point.batch(), point.features()), batch.values());
            Tensor mean = Losses.crossEntropy(network.forward(x), batch.labels(), 0);
            loss = mean.values()[0];
            weights.clearGradients();
            tape.backward(mean);
        }
        optimizer.step();
        return loss;
    }

    /** The buffers of passes, the work space of the kernels, and the gradients, in bytes. */
    @Override
    public long memory() {
        return engine.bytes() + backend.workBytes() + Float.BYTES * weights.count();
    }

    @Override
    public void close() {
        backend.close();
    }
}
