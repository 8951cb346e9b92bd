package scanline.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.Nearest;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.run.Parent;
import scanline.lab.run.Run;

/** A record that is trained again: its recipe and initial weights, and the comparison of the results. */
public final class Reproduction {
    private final Path folder;
    private final RunRecord record;

    private Reproduction(Path results, RunRecord record) {
        folder = results.resolve(record.name());
        this.record = record;
    }

    /**
     * Returns the finished records of a folder, in the order of its table.
     *
     * @param wanted names of recipes or of records; none for all
     * @throws RecipeException if no record has such a name, or is of a recipe of that name
     */
    public static List<Reproduction> of(Path results, List<String> wanted) throws IOException {
        List<RunRecord> records = Records.all(results).stream().filter(record -> record.outcome() != null)
                .sorted(Records.ORDER).toList();
        Collection<String> names = records.stream().flatMap(Reproduction::names)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String name : wanted) {
            if (!names.contains(name)) {
                throw new RecipeException(
                        "no finished record in " + results + " has the name or the recipe " + name
                                + Nearest.hint(name, names));
            }
        }
        return records.stream().filter(record -> wanted.isEmpty() || names(record).anyMatch(wanted::contains))
                .map(record -> new Reproduction(results, record)).toList();
    }

    private static Stream<String> names(RunRecord record) {
        return Stream.of(record.command().name(), record.name());
    }

    /** The record that is trained again. */
    public RunRecord record() {
        return record;
    }

    /**
     * Returns the recipe that the record was made with.
     *
     * @throws RunException if a recipe of that name has changed, or the data was the user's own
     */
    public Recipe recipe() {
        if (record.isOfOwnData()) {
            throw new RunException(record.name() + " was trained on a user's own images: train it with its command, "
                    + record.command().text());
        }
        TrainingCommand command = record.command();
        Recipe recipe = Recipes.names().contains(command.recipe())
                ? Recipes.find(command.recipe(), command.overrides())
                : Recipes.read(folder.resolve(Run.RECIPE), List.of("data.dir="));
        if (recipe.seed() != record.seed()) {
            throw new RunException(record.name() + " was made with seed " + record.seed() + ", but the recipe "
                    + command.name() + " now has seed " + recipe.seed());
        }
        Map<String, String> now = recipe.keys();
        record.decisions().forEach((key, then) -> {
            // Records of other versions have keys that are gone, or lack newer ones: the result shows whether that
            // matters.
            if (now.containsKey(key) && !then.equals(now.get(key))) {
                throw new RunException(
                        record.name() + " was made with another version of the recipe " + command.name() + ": "
                                + key + " was " + then + " and is " + now.get(key));
            }
        });
        return recipe;
    }

    /**
     * Loads the weights that the record started with into an experiment, if these are not the weights of its seed.
     *
     * @param reproduced a folder in which the parent may have been trained again
     * @return the parent; null if there is none
     * @throws RunException if the parent is missing, or its weights have changed
     */
    public @Nullable Parent parent(Path reproduced, Experiment experiment) throws IOException {
        Parent then = record.parent();
        if (then == null) {
            return null;
        }
        Path path = Path.of(then.path());
        Path again = reproduced.resolve(path.getFileName());
        Path from = Files.exists(again) ? again : path;
        if (!Files.exists(from)) {
            throw new RunException(record.name() + " started with the weights of " + path + ", but neither " + from
                    + " nor " + again + " exists: train that run first");
        }
        Parent now = Parent.load(from, experiment, then.newHead(), _ -> {});
        if (!now.weights().equals(then.weights())) {
            throw new RunException(record.name() + " started with weights of " + path + ", but those of " + from
                    + " differ: their SHA-256 was " + then.weights() + " and is now " + now.weights());
        }
        return now;
    }

    /**
     * Returns the first difference between a run and the record, in words; empty if there is none. The earliest cause
     * is reported: different data gives different epochs, and these give different weights.
     *
     * @param again the record of a finished run
     */
    public String difference(RunRecord again) {
        List<String> found = new ArrayList<>();
        record.data().forEach((part, hash) -> {
            if (!again.data().getOrDefault(part, hash).equals(hash)) {
                found.add("the data is different: " + part);
            }
        });
        for (int i = 0; i < Math.min(record.epochs().size(), again.epochs().size()); i++) {
            Run.Epoch before = record.epochs().get(i);
            Run.Epoch now = again.epochs().get(i);
            String epoch = " of epoch " + (i + 1);
            differ(found, "the training loss" + epoch, before.trainLoss(), now.trainLoss());
            differ(found, "the training accuracy" + epoch, before.trainAccuracy(), now.trainAccuracy());
            differ(found, "the validation loss" + epoch, before.validationLoss(), now.validationLoss());
            differ(found, "the validation accuracy" + epoch, before.validationAccuracy(), now.validationAccuracy());
        }
        Outcome then = Objects.requireNonNull(record.outcome());
        Outcome now = Objects.requireNonNull(again.outcome());
        differ(found, "the number of epochs", record.epochs().size(), again.epochs().size());
        differ(found, "the best epoch", then.bestEpoch(), now.bestEpoch());
        differ(found, "the hash of the weights", then.weights(), now.weights());
        differ(found, "the hash of the last weights", then.lastWeights(), now.lastWeights());
        differ(found, "the number of test examples", then.examples(), now.examples());
        differ(found, "the number of correct answers", then.correct(), now.correct());
        differ(found, "the test loss", then.loss(), now.loss());
        then.measures().forEach((measure, value) -> differ(found, measure, value,
                now.measures().getOrDefault(measure, Double.NaN)));
        return found.isEmpty() ? "" : found.getFirst();
    }

    private static void differ(List<String> found, String what, Object before, Object now) {
        if (!before.equals(now)) {
            found.add(what + " is " + before + " in the record, but is now " + now);
        }
    }
}
