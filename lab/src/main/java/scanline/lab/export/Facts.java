package scanline.lab.export;

import java.util.LinkedHashMap;
import java.util.Map;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.Json;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** What a file says of where its weights come from: nothing that differs from one machine or day of exporting to the next. */
final class Facts {
    private Facts() {}

    /**
     * Facts by their names, in the order in which they are written.
     *
     * @param provenance that of the run which the weights are from; empty where nobody knows
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
