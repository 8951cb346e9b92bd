package scanline.engine.optim;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Weights;

/**
 * An exponential moving average of a model's weights (EMA; Polyak and Juditsky 1992, "Acceleration of stochastic
 * approximation by averaging"), which often answers better than the weights themselves. It computes what PyTorch's
 * {@code swa_utils.AveragedModel} does with {@code get_ema_multi_avg_fn(decay)}: the first {@link #update} copies the
 * weights, and every later one sets {@code average = decay average + (1 - decay) weight}. The statistics of a batch
 * normalization are not averaged but stay those of the model, as with {@code use_buffers=False}. Frozen parameters need
 * no average.
 *
 * <pre>{@code
 * MovingAverage average = new MovingAverage(weights, 0.999);
 * // after each step of the optimizer
 * average.update();
 * // to evaluate
 * average.swap();
 * evaluate(model);
 * average.swap();
 * }</pre>
 */
public final class MovingAverage {
    private final Backend backend;
    private final float weight;
    private final List<Average> averages = new ArrayList<>();
    private final Buffer swapped;
    private long updates;

    /** The average of a parameter. */
    private record Average(Parameter parameter, Buffer values) {
        int elements() {
            return parameter.shape().elements();
        }
    }

    /**
     * Creates the average of the weights that are not frozen. It is equal to them before the first update.
     *
     * @param decay
     *            the weight of the average so far, in [0, 1)
     * @throws IllegalArgumentException
     *             if it is not
     */
    public MovingAverage(Weights weights, double decay) {
        Hyperparameter.require(decay >= 0 && decay < 1, "decay", "in [0, 1)", decay);
        backend = weights.backend();
        weight = (float) (1 - decay);
        int longest = 0;
        for (Parameter parameter : weights.learned()) {
            Average average = new Average(parameter, backend.allocate(parameter.shape().elements()));
            averages.add(average);
            longest = Math.max(longest, average.elements());
        }
        swapped = backend.allocate(longest);
        copyWeights();
    }

    /** Adds the weights as they are now to the average. */
    public void update() {
        if (updates++ == 0) {
            copyWeights();
            return;
        }
        for (Average average : averages) {
            backend.interpolate(average.values, average.parameter.value(), weight, average.elements());
        }
    }

    private void copyWeights() {
        averages.forEach(average -> copy(average.values, average.parameter.value(), average.elements()));
    }

    /** Exchanges the weights and their averages: the model computes with the averages until the next call. */
    public void swap() {
        for (Average average : averages) {
            copy(swapped, average.parameter.value(), average.elements());
            copy(average.parameter.value(), average.values, average.elements());
            copy(average.values, swapped, average.elements());
        }
    }

    private void copy(Buffer to, Buffer from, int n) {
        backend.copy(to, 0, n, from, 0, n, 1, n);
    }

    /** The number of updates. */
    public long updates() {
        return updates;
    }

    /** Sets the number of updates, when the {@link #state} is restored. */
    public void updates(long done) {
        updates = done;
    }

    /** Returns the averages, each with the name of its parameter, to be saved and restored. */
    public List<Optimizer.Slot> state() {
        return averages.stream().map(average -> new Optimizer.Slot(average.parameter.name(),
                average.parameter.shape(), average.values)).toList();
    }
}
