package scanline.lab.studio;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import scanline.lab.data.Dataset;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.train.Experiment;
import scanline.lab.train.Provenance;
import scanline.lab.train.Run;

/** What the model of a run is made of, as {@code explain} knows it. */
final class ModelPage {
    private ModelPage() {}

    static Map<String, Object> of(Run run) throws IOException {
        Recipe recipe = run.recipe();
        Dataset trainedOn = Provenance.outline(run.provenance());
        try (Experiment experiment = new Experiment(recipe, trainedOn == null ? recipe.data().open() : trainedOn, 1)) {
            Model.Input input = experiment.input();
            List<Model.Layer> layers = recipe.model().layers(input);
            return Map.of("input", input, "classes", experiment.dataset().classNames(), "layers", layers, "parameters",
                    experiment.weights().parameters().stream()
                            .map(parameter -> Map.of("name", parameter.name(), "shape", parameter.shape().toString()))
                            .toList());
        }
    }
}
