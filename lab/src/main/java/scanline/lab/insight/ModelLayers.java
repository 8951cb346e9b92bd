package scanline.lab.insight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.data.sequence.Batch;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.LayerInfo;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Trace;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.task.Task;

/** The layers of a model, from traces of its passes. */
public final class ModelLayers {
    private static final int WARM_UP_STEPS = 5;
    private static final int STEPS = 5;
    private static final int MOST_EXAMPLES = 32;

    private ModelLayers() {}

    /**
     * A layer.
     *
     * @param info its name, description and formula
     * @param output the shape of its output, without the batch
     * @param parameters number of learned values
     * @param flops floating-point operations of its products for one example in the forward pass; the backward pass
     *     takes about twice as many
     */
    public record Row(LayerInfo info, String output, long parameters, long flops) {}

    /** Returns the layers in the order in which a pass uses them. */
    public static List<Row> of(Experiment experiment) {
        // Two passes of different sizes show which axes are the batch.
        List<Trace.Layer> two = trace(experiment, 2);
        List<Trace.Layer> three = trace(experiment, 3);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < two.size(); i++) {
            Trace.Layer layer = two.get(i);
            rows.add(new Row(layer.info(), withoutBatch(layer.output(), three.get(i).output()), layer.parameters(),
                    layer.flops() / 2));
        }
        return rows;
    }

    private static List<Trace.Layer> trace(Experiment experiment, int batch) {
        try (Tape tape = experiment.engine().inference()) {
            return experiment.trace(tape, batch, experiment.input().longest() + 1).trace().layers();
        }
    }

    private static String withoutBatch(Shape two, Shape three) {
        return IntStream.range(0, two.axes()).filter(axis -> two.size(axis) == three.size(axis))
                .mapToObj(axis -> Integer.toString(two.size(axis))).collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * Measures a few training steps. That takes a second or more for long sequences.
     *
     * @param experiment an experiment with one thread, whose gradients this changes
     * @return the share of the time for each of the layers {@link #of} the experiment, a fraction; they add up to 1
     */
    public static List<Double> times(Experiment experiment) {
        Examples test = experiment.examples(Split.TEST);
        int count = Math.min(MOST_EXAMPLES, experiment.recipe().batch());
        Batch batch = test.loader().batch(IntStream.range(0, count).map(i -> test.number(i % test.count())).toArray(),
                0, count);
        Map<LayerInfo, Long> nanos = new HashMap<>();
        for (int step = 0; step < WARM_UP_STEPS + STEPS; step++) {
            try (Tape tape = experiment.engine().training(RandomKey.of(1, "times").at(step))) {
                Trace trace = tape.startTrace();
                Task.Loss loss = experiment.task().loss(experiment.read(tape, batch), batch);
                experiment.weights().clearGradients();
                tape.backward(loss.mean());
                if (step >= WARM_UP_STEPS) {
                    trace.layers().forEach(layer -> nanos.merge(layer.info(), layer.nanos(), Long::sum));
                }
            }
        }
        long all = nanos.values().stream().mapToLong(Long::longValue).sum();
        return of(experiment).stream().map(row -> (double) nanos.getOrDefault(row.info(), 0L) / all).toList();
    }
}
