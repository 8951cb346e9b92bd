package scanline.lab.studio;

import static java.util.Map.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import scanline.data.dataset.Dataset;
import scanline.engine.io.WeightsFile;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.ModelLayers;
import scanline.lab.insight.Spectrum;
import scanline.lab.recipe.Recipe;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** The layers and parameters of a run's model, as {@code explain} shows them. */
final class ModelPage {
    /** The page of docs/ that derives how a kind of layer is computed. */
    private static final Map<String, String> PAGES = Map.ofEntries(entry("Linear", "kernels/gemm.md"),
            entry("Embedding", "kernels/gemm.md"), entry("PatchEmbedding", "kernels/gemm.md"),
            entry("FeedForward", "kernels/gemm.md"), entry("Recurrent", "kernels/recurrent.md"),
            entry("S4d", "kernels/s4d.md"), entry("S5", "kernels/state-space.md"),
            entry("Lru", "kernels/state-space.md"), entry("MinimalRecurrent", "kernels/minimal.md"),
            entry("SequenceBlock", "kernels/blocks.md"), entry("BatchNorm1d", "kernels/blocks.md"),
            entry("Positions", "kernels/attention.md"), entry("ClassToken", "kernels/attention.md"),
            entry("LayerNorm", "kernels/attention.md"), entry("MultiHeadAttention", "kernels/attention.md"),
            entry("EncoderBlock", "kernels/attention.md"), entry("DecoderBlock", "kernels/attention.md"),
            entry("Conv2d", "kernels/convolution.md"), entry("BatchNorm2d", "kernels/convolution.md"));

    private ModelPage() {}

    static Map<String, Object> of(Run run) throws IOException {
        Recipe recipe = run.recipe();
        Dataset trainedOn = Provenance.outline(run.provenance());
        Dataset dataset = trainedOn == null ? recipe.data().open() : trainedOn;
        try (Experiment experiment = new Experiment(recipe, dataset, 1)) {
            List<ModelLayers.Row> layers = ModelLayers.of(experiment);
            List<Double> shares = ModelLayers.times(experiment);
            List<Spectrum> initial = Spectrum.of(experiment);
            List<Spectrum> trained = List.of();
            if (!initial.isEmpty() && Files.exists(run.best())) {
                WeightsFile.load(run.best(), experiment.weights());
                trained = Spectrum.of(experiment);
            }
            return Map.of("input", experiment.input(), "classes", dataset.classNames(), "layers",
                    IntStream.range(0, layers.size()).mapToObj(i -> layer(layers.get(i), shares.get(i))).toList(),
                    "parameters", experiment.weights().parameters().stream()
                            .map(parameter -> Map.of("name", parameter.name(), "shape", parameter.shape().toString()))
                            .toList(),
                    "spectra", spectra(initial, trained));
        }
    }

    /** The eigenvalues of each layer from the seed and of the best weights, and the responses of the latter if they exist. */
    private static List<Map<String, Object>> spectra(List<Spectrum> initial, List<Spectrum> trained) {
        return IntStream.range(0, initial.size()).mapToObj(i -> {
            Spectrum now = trained.isEmpty() ? initial.get(i) : trained.get(i);
            return Map.<String, Object>of("layer", now.layer(), "steps", now.steps(), "channels", now.channels(),
                    "initial",
                    initial.get(i).eigenvalues(), "trained", trained.isEmpty() ? new double[0] : now.eigenvalues(),
                    "responses", ReadingJson.signed(now.responses()));
        }).toList();
    }

    private static Map<String, Object> layer(ModelLayers.Row layer, double share) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", layer.info().name());
        json.put("what", layer.info().description());
        json.put("output", layer.output());
        json.put("parameters", layer.parameters());
        json.put("flops", layer.flops());
        json.put("share", share);
        json.put("formula", layer.info().formula());
        json.put("page", PAGES.getOrDefault(layer.info().kind(), ""));
        return json;
    }
}
