package scanline.lab.insight;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.nn.DiagonalLayer;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Classifier;

/**
 * What a layer with a diagonal recurrence remembers: its eigenvalues, and how its output answers a single input.
 *
 * @param layer its name
 * @param eigenvalues the real and the imaginary part of each in turn
 * @param steps T, the steps of the model's sequences
 * @param channels the number of channels in the responses
 * @param responses channels x T: the output of each channel at each step, if the input of this channel is 1 in the first
 *     step, and all other inputs are 0
 */
public record Spectrum(String layer, double[] eigenvalues, int steps, int channels, float[] responses) {
    private static final int MOST_CHANNELS = 16;

    /** Returns the spectra of a model with its present weights, from the first layer to the last; empty if it has none. */
    public static List<Spectrum> of(Experiment experiment) {
        List<Spectrum> spectra = new ArrayList<>();
        if (experiment.network() instanceof Classifier classifier) {
            classifier.diagonalLayers().forEach((name, layer) -> spectra.add(of(experiment, name, layer)));
        }
        return spectra;
    }

    private static Spectrum of(Experiment experiment, String name, DiagonalLayer layer) {
        int steps = experiment.input().steps();
        int features = layer.features();
        int channels = Math.min(MOST_CHANNELS, features);
        float[] impulses = new float[steps * channels * features];
        for (int channel = 0; channel < channels; channel++) {
            impulses[channel * features + channel] = 1; // sequence i has its impulse in channel i
        }
        float[] responses = new float[channels * steps];
        try (Tape tape = experiment.engine().inference()) {
            Tensor y = layer.forward(tape.input(Shape.of(steps, channels, features), impulses));
            float[] values = y.values();
            for (int channel = 0; channel < channels; channel++) {
                for (int t = 0; t < steps; t++) {
                    responses[channel * steps + t] = values[(t * channels + channel) * features + channel];
                }
            }
        }
        return new Spectrum(name, layer.eigenvalues(), steps, channels, responses);
    }
}
