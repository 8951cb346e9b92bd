package scanline.lab.studio;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import scanline.lab.data.Dataset;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.LayerTimes;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** The layers and parameters of a run's model, as {@code explain} shows them. */
final class ModelPage {
    private ModelPage() {}

    static Map<String, Object> of(Run run) throws IOException {
        Recipe recipe = run.recipe();
        Dataset trainedOn = Provenance.outline(run.provenance());
        Dataset dataset = trainedOn == null ? recipe.data().open() : trainedOn;
        try (Experiment experiment = new Experiment(recipe, dataset, 1)) {
            List<Model.Layer> layers = recipe.model().layers(experiment.input());
            List<Double> shares = LayerTimes.of(recipe, dataset);
            return Map.of("input", experiment.input(), "classes", dataset.classNames(), "layers",
                    IntStream.range(0, layers.size()).mapToObj(i -> layer(layers.get(i), shares.get(i))).toList(),
                    "parameters", experiment.weights().parameters().stream()
                            .map(parameter -> Map.of("name", parameter.name(), "shape", parameter.shape().toString()))
                            .toList());
        }
    }

    private static Map<String, Object> layer(Model.Layer layer, double share) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", layer.name());
        json.put("what", layer.what());
        json.put("output", layer.output());
        json.put("parameters", layer.parameters());
        json.put("flops", layer.flops());
        json.put("share", share);
        json.put("formula", layer.formula().text());
        json.put("page", layer.formula().page());
        return json;
    }
}
