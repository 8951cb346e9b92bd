package scanline.lab.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;
import scanline.data.image.ImageSet;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.experiment.Splits;
import scanline.lab.recipe.Recipe;

/**
 * The relation of the images that a run is evaluated on to those that it was trained on.
 *
 * @param differences the facts of its provenance that differ for the present data, such as {@code testImages}
 * @param images the number of images that are evaluated, or that their pictures are composed of
 * @param seen the number of these that are among the images that the run was trained on; null if those are not
 *     available to compare with
 */
public record TrainedOn(List<String> differences, int images, @Nullable Integer seen) {
    // The keys that select the data and how it is read.
    private static final Pattern DATA = Pattern.compile("data(\\.(dir|folder|scan)(\\..*)?)?");

    /**
     * Compares the data of a trained model, before it is evaluated, with the data that it was trained on.
     *
     * @param overrides the keys that the user changed: other data is intended if one of them names data
     * @return null if it is unknown what the model was trained on
     * @throws RunException if the data is not what the run started with, and no other data was requested
     */
    public static @Nullable TrainedOn of(Trained trained, Split split, List<String> overrides) throws IOException {
        Run run = trained.run();
        if (run == null || !(run.provenance().get("data") instanceof Map<?, ?>)) {
            return null;
        }
        Experiment experiment = trained.experiment();
        Map<String, String> differences = Provenance.differences(run, experiment, EnumSet.of(split));
        if (!differences.isEmpty()
                && overrides.stream().noneMatch(word -> DATA.matcher(word.replaceFirst("(?s)=.*", "")).matches())) {
            throw Provenance.otherData(run, differences,
                    "or choose other data to evaluate it on, with data.dir=FOLDER");
        }
        int images = (int) experiment.splits().contents(split).count();
        boolean isRuns = differences.isEmpty() && isSameSplit(run, experiment.recipe(), split);
        Integer seen = isRuns ? (Integer) (split == Split.TRAIN ? images : 0) : seen(run, experiment, split);
        return new TrainedOn(List.copyOf(differences.keySet()), images, seen);
    }

    /**
     * Returns whether a split of the same data is that of the run. Test images are never used for validation or
     * training.
     */
    private static boolean isSameSplit(Run run, Recipe now, Split split) throws IOException {
        Recipe then = run.recipe();
        return split == Split.TEST || (then.seed() == now.seed() && then.data().limit() == now.data().limit()
                && then.data().validation() == now.data().validation());
    }

    private static @Nullable Integer seen(Run run, Experiment experiment, Split split) throws IOException {
        ImageSet training = training(run, experiment);
        if (training == null) {
            return null;
        }
        Set<ByteBuffer> seen = Splits.trainedOn(run.recipe(), training)
                .collect(Collectors.toCollection(HashSet::new));
        return (int) experiment.splits().contents(split).filter(seen::contains).count();
    }

    /** Returns the training images of the data set that a run started with; null if they cannot be found. */
    private static @Nullable ImageSet training(Run run, Experiment experiment) throws IOException {
        if (Provenance.isTrainedOn(run, experiment.splits().trainingImages())) {
            return experiment.splits().trainingImages();
        }
        try {
            ImageSet train = run.recipe().data().open().train();
            return Provenance.isTrainedOn(run, train) ? train : null;
        } catch (DataException _) {
            return null;
        }
    }

    /** Returns whether the data is what the run was trained on. */
    public boolean isSame() {
        return differences.isEmpty();
    }
}
