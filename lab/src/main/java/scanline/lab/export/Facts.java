package scanline.lab.export;

import java.util.LinkedHashMap;
import java.util.Map;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.Json;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** Metadata about the origin of exported weights. None of it depends on the machine or day of the export. */
final class Facts {
    private Facts() {}

    /**
     * Returns facts by name, in the order in which they are written.
     *
     * @param provenance the provenance of the run that trained the weights; empty if it is unknown
     */
    static Map<String, String> of(Experiment experiment, Map<String, Object> provenance) {
        Recipe recipe = experiment.recipe();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("producer", "scanline");
        for (String trained : new String[] {"version", "commit", "data", "from", "resumed"}) {
            Object fact = provenance.get(trained);
            if (fact != null) {
                facts.put(trained, fact instanceof String text ? text : Json.text(fact));
            }
        }
        facts.put("about", recipe.about());
        facts.put("source", recipe.source());
        facts.put("seed", Long.toString(recipe.seed()));
        facts.put("recipe", Recipes.withoutFolders(recipe.text()));
        facts.put("weights", WeightsFile.hash(experiment.weights()));
        facts.put("classes", Json.text(experiment.dataset().classNames()));
        return facts;
    }
}
