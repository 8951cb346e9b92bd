package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import scanline.data.base.Sha256;
import scanline.engine.io.FormatException;
import scanline.engine.io.LoadOptions;
import scanline.engine.io.LoadReport;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;

/**
 * The origin of a run's initial weights, if it is not its seed. Only the weights are adopted: the optimizer, the
 * schedule and the epochs start from the beginning.
 *
 * @param path the run, or the weights file, as the user named it
 * @param file SHA-256 of the weights file
 * @param weights SHA-256 of the weights that the run starts with, as returned by {@link WeightsFile#hash}: those of the
 *     file, except for a new head
 * @param newHead whether the parameters that belong to the classes are initialized again
 * @param recipe SHA-256 of the parent's recipe; null if unknown
 * @param seed the parent's seed; null if unknown
 */
public record Parent(String path, String file, String weights, boolean newHead, @Nullable String recipe,
        @Nullable Long seed) {
    /**
     * Loads the weights of a parent into an experiment.
     *
     * @param from the folder of a run, whose best weights are loaded, or a weights file
     * @param newHead whether the parameters that belong to the classes keep the values that the seed gives
     * @param told receives a line for each change that was made to the weights so that they fit
     * @throws RunException if there is no such run or file, or it lacks weights
     * @throws FormatException if the file is damaged, or its weights are of another model
     */
    public static Parent load(Path from, Experiment experiment, boolean newHead, Consumer<String> told)
            throws IOException {
        Run run = Files.isDirectory(from) ? Run.open(from) : null;
        Path file = run != null ? run.weights() : from;
        if (!Files.exists(file)) {
            throw new RunException("cannot load weights from " + from + ": no such run or file");
        }
        LoadReport report = newHead
                ? WeightsFile.load(file, experiment.weights(), LoadOptions.WHOLE.keeping(experiment.head()))
                : loadWhole(file, experiment);
        report.lines().forEach(told);
        Optional<String> nonFinite = experiment.weights().nonFinite();
        if (nonFinite.isPresent()) {
            throw new FormatException(file, nonFinite.get());
        }
        Map<String, Object> facts = run != null ? run.provenance() : Map.of();
        return new Parent(from.toString(), Sha256.of(file), WeightsFile.hash(experiment.weights()), newHead,
                facts.get("recipe") instanceof Map<?, ?> recipe && recipe.get("sha256") instanceof String hash
                        ? hash
                        : null,
                facts.get("seed") instanceof Number seed ? seed.longValue() : null);
    }

    private static LoadReport loadWhole(Path file, Experiment experiment) throws IOException {
        try {
            return WeightsFile.load(file, experiment.weights());
        } catch (FormatException e) {
            try {
                WeightsFile.load(file, experiment.weights(), LoadOptions.WHOLE.keeping(experiment.head()));
            } catch (FormatException _) {
                throw e; // a new head would not help
            }
            throw new RunException(e.getMessage() + "; pass --new-head to initialize the head from the seed");
        }
    }

    /**
     * Returns the first checkpoint of a run with these weights. Without it, a run that is killed before its next
     * checkpoint would start with the weights of its seed.
     */
    public static Run.Beginning beginning(Experiment experiment) {
        return run -> Checkpoint.save(run.last(), experiment.weights(), experiment.newOptimizer(),
                experiment.newAverage(), Position.START);
    }
}
