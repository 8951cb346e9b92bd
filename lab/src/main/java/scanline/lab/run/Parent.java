package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import scanline.engine.io.FormatException;
import scanline.engine.io.LoadReport;
import scanline.engine.io.WeightsFile;
import scanline.engine.optim.Optimizer;
import scanline.lab.base.RunException;
import scanline.lab.base.Sha256;
import scanline.lab.experiment.Experiment;

/**
 * Where a run has its first weights from, if not from its seed. Only the weights are taken over: the optimizer, the schedule and
 * the epochs begin anew.
 *
 * @param path the run, or the file of weights, as the user named it
 * @param file SHA-256 of the file of weights
 * @param weights SHA-256 of the weights that the run begins with, as {@link WeightsFile#hash} has it: those of the file, but
 *     for a head that starts anew
 * @param newHead whether the parameters that belong to the classes start anew
 * @param recipe SHA-256 of the parent's recipe; null where nobody knows
 * @param seed the parent's seed; null where nobody knows
 */
public record Parent(String path, String file, String weights, boolean newHead, @Nullable String recipe,
        @Nullable Long seed) {
    /**
     * Gives an experiment the weights of a parent.
     *
     * @param from the folder of a run, whose best weights are taken, or a file of weights
     * @param newHead whether the parameters that belong to the classes keep the values that the seed gives
     * @param told takes a line for each thing that was done to the weights so that they fit
     * @throws RunException if there is no such run or file, or it lacks weights
     * @throws FormatException if the file is damaged, or its weights are of another model
     */
    public static Parent load(Path from, Experiment experiment, boolean newHead, Consumer<String> told)
            throws IOException {
        Run run = Files.isDirectory(from) ? Run.open(from) : null;
        Path file = run != null ? run.weights() : from;
        if (!Files.exists(file)) {
            throw new RunException("there is no run or file " + from + " to take weights from");
        }
        LoadReport report = newHead
                ? WeightsFile.load(file, experiment.weights(), experiment.head())
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
                WeightsFile.load(file, experiment.weights(), experiment.head());
            } catch (FormatException _) {
                throw e; // a new head would not help
            }
            throw new RunException(e.getMessage() + "; pass --new-head to give it fresh weights");
        }
    }

    /**
     * The first checkpoint of a run with these weights: without it a run that is killed before its next one would begin with those
     * of its seed.
     */
    public static Run.Beginning beginning(Experiment experiment) {
        return run -> Checkpoint.save(run.last(), experiment.weights(),
                new Optimizer(experiment.recipe().optimizer(), experiment.weights()), Position.START);
    }
}
