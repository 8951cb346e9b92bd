package scanline.lab.experiment;

import java.util.stream.IntStream;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;

/** Weights that are not those of a new model, so that zeros and ones hide nothing, as if it had been trained. */
public final class OtherWeights {
    private OtherWeights() {}

    /** Changes every parameter and statistic of an experiment. */
    public static void write(Experiment experiment) {
        for (Parameter parameter : experiment.weights().parameters()) {
            float[] values = parameter.values();
            int axes = parameter.shape().sizes().length;
            // Matrices of many steps must not grow what they are multiplied with.
            float deviation = axes == 1 ? 0.2f : (float) (0.1 / Math.sqrt(parameter.shape().size(-1)));
            float[] noise = new float[values.length];
            RandomKey.of(1, parameter.name()).normal(noise, 0, noise.length, 0, deviation);
            IntStream.range(0, values.length).forEach(i -> values[i] = 0.9f * values[i] + noise[i]);
            parameter.value().write(0, values, 0, values.length);
        }
        for (Statistic statistic : experiment.weights().statistics()) {
            float[] values = statistic.values();
            RandomKey key = RandomKey.of(1, statistic.name());
            IntStream.range(0, values.length).forEach(i -> values[i] = 0.8f * values[i] + 0.4f * key.uniform(i));
            statistic.value().write(0, values, 0, values.length);
        }
    }
}
