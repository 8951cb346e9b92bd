package scanline.lab.export;

import java.util.LinkedHashMap;
import java.util.Map;

import scanline.lab.recipe.Recipe;
import scanline.lab.train.Experiment;
import scanline.lab.train.Json;
import scanline.lab.train.Provenance;

/** What a file says of where it comes from: nothing that differs from one machine or day to the next. */
final class Facts {
    private Facts() {}

    /** Facts by their names, in the order in which they are written. */
    static Map<String, String> of(Experiment experiment) {
        Recipe recipe = experiment.recipe();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("producer", "scanline");
        facts.put("version", Provenance.version());
        facts.put("commit", String.valueOf(Provenance.machine().get("commit")));
        facts.put("about", recipe.about());
        facts.put("source", recipe.source());
        facts.put("seed", Long.toString(recipe.seed()));
        facts.put("recipe", recipe.text());
        facts.put("weights", experiment.weightsHash());
        facts.put("classes", Json.text(experiment.dataset().classNames()));
        return facts;
    }
}
