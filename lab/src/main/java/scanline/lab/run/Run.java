package scanline.lab.run;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.TextFile;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.Durable;
import scanline.engine.file.Excerpt;
import scanline.engine.file.FileAccessException;
import scanline.engine.io.FormatException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Evaluation;
import scanline.lab.format.Csv;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * The folder of a run: {@code recipe.yaml} as resolved, {@code provenance.json}, {@code metrics.csv} with a row per
 * epoch, the checkpoint {@code last.safetensors}, the weights {@code best.safetensors}, and at the end
 * {@code result.json} with {@code confusion.csv}, or {@code labels.csv} if answers are sets. The report is stored in
 * the same folder. {@code events} has what TensorBoard shows.
 */
public record Run(Path folder) {
    /** The checkpoint from which training resumes. */
    public static final String LAST = "last.safetensors";
    /** The weights of the best epoch. */
    public static final String BEST = "best.safetensors";
    /** The recipe as resolved. */
    public static final String RECIPE = "recipe.yaml";
    /** The software, machine, recipe and data of the run. */
    public static final String PROVENANCE = "provenance.json";
    /** One row per epoch. */
    public static final String METRICS = "metrics.csv";
    /** The result. */
    public static final String RESULT = "result.json";
    /** The confusion matrix: the number of test examples of each class that were predicted as each class. */
    public static final String CONFUSION = "confusion.csv";
    /** The score of each label, if answers are sets. */
    public static final String LABELS = "labels.csv";
    private static final String CLASS = "class";
    private static final int COLUMNS = 9;
    // Room for the names of 256 classes, twice, and counts of eight digits.
    private static final int LONGEST_CONFUSION_BYTES = 1 << 21;
    private static final int LONGEST_METRICS_BYTES = 210 * Recipe.MOST_EPOCHS;
    private static final String HEADER = "epoch,step,seconds,examplesPerSecond,rate,trainLoss,trainAccuracy,validationLoss,validationAccuracy";

    /** A row of {@code metrics.csv}: one epoch. */
    public record Epoch(int epoch, long step, double seconds, double examplesPerSecond, double rate, double trainLoss,
            double trainAccuracy, double validationLoss, double validationAccuracy) {
        /**
         * Returns the epoch with the best validation accuracy; the last if there is no validation set.
         *
         * @param epochs at least one
         */
        public static Epoch best(List<Epoch> epochs) {
            Epoch best = epochs.getFirst();
            for (Epoch epoch : epochs) {
                if (epoch.isBetterThan(best.validationAccuracy, best.validationLoss)) {
                    best = epoch;
                }
            }
            return best;
        }

        /**
         * Returns whether it is preferred to an earlier epoch with this validation accuracy and loss; always if there
         * is no validation set.
         */
        boolean isBetterThan(double accuracy, double loss) {
            return Double.isNaN(validationAccuracy) || validationAccuracy > accuracy
                    || (validationAccuracy == accuracy && validationLoss < loss);
        }

        private String row() {
            return String.format(Locale.ROOT, "%d,%d,%.3f,%.1f,%s,%s,%s,%s,%s", epoch, step, seconds, examplesPerSecond,
                    rate, trainLoss, trainAccuracy, validationLoss, validationAccuracy);
        }
    }

    /**
     * The files that a run starts with in addition to its recipe; they are written before the folder counts as a run.
     */
    @FunctionalInterface
    public interface Beginning {
        /** The start of a run with the weights of its seed, which need no file. */
        Beginning OF_SEED = _ -> {};

        /** Writes the files into the folder. */
        void write(Run run) throws IOException;
    }

    /**
     * Creates the folder of a new run that starts with the weights of its seed.
     *
     * @throws RunException if it exists
     */
    public static Run create(Path folder, Recipe recipe, Map<String, Object> provenance) throws IOException {
        return create(folder, recipe, provenance, Beginning.OF_SEED);
    }

    /**
     * Creates the folder of a new run.
     *
     * @throws RunException if it exists
     */
    public static Run create(Path folder, Recipe recipe, Map<String, Object> provenance, Beginning beginning)
            throws IOException {
        try {
            Durable.createFolder(folder);
        } catch (FileAlreadyExistsException _) {
            throw exists(folder);
        }
        return begin(new Run(folder), recipe, provenance, beginning);
    }

    /**
     * Creates a separate folder for a new run: {@code runs/NAME}, or the first free one with a number appended. If
     * several runs start at once, each gets its own.
     */
    public static Run createNumbered(String name, Recipe recipe, Map<String, Object> provenance, Beginning beginning)
            throws IOException {
        Path folder = Path.of("runs", name);
        for (int i = 2;; i++) {
            try {
                Durable.createFolder(folder);
                return begin(new Run(folder), recipe, provenance, beginning);
            } catch (FileAlreadyExistsException _) {
                folder = Path.of("runs", name + "-" + i);
            }
        }
    }

    private static Run begin(Run run, Recipe recipe, Map<String, Object> provenance, Beginning beginning)
            throws IOException {
        try {
            AtomicFile.write(run.provenanceFile(), Json.text(provenance) + "\n");
            beginning.write(run);
            AtomicFile.write(run.recipeFile(), recipe.text()); // last: with it, the folder counts as a run
        } catch (IOException | RuntimeException e) {
            try {
                discardIncomplete(run.folder);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        return run;
    }

    /**
     * Checks that a folder does not exist, before anything is computed for a run in it. What is left of a run that was
     * killed before it had its recipe is deleted instead.
     *
     * @throws RunException if it exists
     */
    public static void requireNew(Path folder) throws IOException {
        boolean free;
        try {
            free = !Files.exists(folder) || discardIncomplete(folder);
        } catch (IOException e) {
            throw new FileAccessException("delete", folder, e);
        }
        if (!free) {
            throw exists(folder);
        }
    }

    /**
     * Deletes a folder that contains only what {@link #create} writes before the recipe; returns false if it contains
     * more.
     */
    private static boolean discardIncomplete(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        Run run = new Run(folder);
        // The provenance is written first: a checkpoint without one is not from here.
        Set<Path> first = files.contains(run.provenanceFile())
                ? Set.of(run.provenanceFile(), run.last())
                : Set.of();
        if (!files.stream().allMatch(file -> first.contains(file) || AtomicFile.isTemporary(file))) {
            return false;
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
        return true;
    }

    private static RunException exists(Path folder) {
        return new RunException(is(folder)
                ? folder + " exists: choose another folder with --run, or resume it with `scanline resume " + folder
                        + "`"
                : folder + " exists and is not a run: choose another folder");
    }

    /** Returns the name for runs of a recipe: its name, or that of its file. */
    public static String name(String recipe) {
        return Recipes.withoutEnding(recipe.replaceFirst(".*[/\\\\]", ""));
    }

    /** Returns whether a folder is that of a run. */
    public static boolean is(Path folder) {
        return Files.isRegularFile(new Run(folder).recipeFile());
    }

    /**
     * Opens an existing run.
     *
     * @throws RunException if the folder is not that of a run
     */
    public static Run open(Path folder) {
        if (!is(folder)) {
            throw new RunException(!Files.exists(folder)
                    ? "no such folder: " + folder
                    : Files.isDirectory(folder)
                            ? "not a run folder: " + folder + " (recipe.yaml is missing)"
                            : folder + " is a file, not the folder of a run");
        }
        return new Run(folder);
    }

    /** Reads the recipe as resolved. */
    public Recipe recipe() throws IOException {
        return recipe(List.of());
    }

    /**
     * Reads the recipe as resolved, with keys changed.
     *
     * @param overrides {@code key=value}
     * @throws RunException if the file is no longer what the run started with
     * @throws scanline.data.plugin.PluginException if it needs a plugin that is missing
     */
    public Recipe recipe(List<String> overrides) throws IOException {
        Provenance.requireSameRecipe(this);
        Provenance.requirePlugins(this);
        return Recipes.read(recipeFile(), overrides);
    }

    /**
     * Returns the file of the best weights.
     *
     * @throws RunException if there is none yet
     */
    Path weights() {
        if (!Files.exists(best())) {
            throw new RunException(folder + " has no best.safetensors yet: it is written after the first epoch");
        }
        return best();
    }

    /** The checkpoint from which training resumes. */
    public Path last() {
        return folder.resolve(LAST);
    }

    /** The weights of the best epoch. */
    public Path best() {
        return folder.resolve(BEST);
    }

    /** The folder of {@link RunEvents}. */
    Path events() {
        return folder.resolve("events");
    }

    /** Writes the rows of {@code metrics.csv}, which may be cut to what a checkpoint has seen. */
    public void write(List<Epoch> epochs) throws IOException {
        write(METRICS, Stream.concat(Stream.of(HEADER), epochs.stream().map(Epoch::row)));
    }

    /**
     * Reads the rows of {@code metrics.csv}, the first being epoch 1.
     *
     * @throws FormatException if the file is damaged
     */
    public List<Epoch> epochs() throws IOException {
        Path file = metricsFile();
        List<String> lines = TextFile.read(file, LONGEST_METRICS_BYTES).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new FormatException(file, "does not start with the names of its columns");
        }
        List<Epoch> epochs = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            epochs.add(epoch(file, lines.get(i), i));
        }
        return epochs;
    }

    /**
     * Reads the rows of the epochs that a checkpoint has seen. The file may have one more, because it is written before
     * the checkpoint.
     *
     * @throws FormatException if the file is damaged, or lacks one
     */
    public List<Epoch> epochs(int completed) throws IOException {
        List<Epoch> epochs = completed == 0 ? new ArrayList<>() : epochs();
        if (epochs.size() < completed) {
            throw new FormatException(metricsFile(), "has " + epochs.size() + " epochs, but " + last().getFileName()
                    + " has seen " + completed);
        }
        return epochs.subList(0, completed);
    }

    private static Epoch epoch(Path file, String line, int number) throws FormatException {
        String[] cells = line.split(",", COLUMNS + 1);
        Epoch epoch = null;
        if (cells.length == COLUMNS) {
            try {
                epoch = new Epoch(Integer.parseInt(cells[0]), Long.parseLong(cells[1]), Double.parseDouble(cells[2]),
                        Double.parseDouble(cells[3]), Double.parseDouble(cells[4]), Double.parseDouble(cells[5]),
                        Double.parseDouble(cells[6]), Double.parseDouble(cells[7]), Double.parseDouble(cells[8]));
            } catch (NumberFormatException _) {
                // reported below
            }
        }
        if (epoch == null) {
            throw new FormatException(file, "has a broken row: " + Excerpt.quoted(line));
        }
        if (epoch.epoch != number || !Double.isFinite(epoch.trainLoss) || !Double.isFinite(epoch.trainAccuracy)
                || Double.isInfinite(epoch.validationLoss) || Double.isInfinite(epoch.validationAccuracy)) {
            throw new FormatException(file, "row " + number + " is not valid for epoch " + number);
        }
        return epoch;
    }

    /** Writes the result; the names are those of the classes. */
    public void write(Result result, Evaluation test, List<String> names) throws IOException {
        int[][] confusion = test.confusion();
        if (confusion.length > 0) {
            write(CONFUSION, row(CLASS, names.stream()), IntStream.range(0, confusion.length)
                    .mapToObj(c -> row(names.get(c), IntStream.of(confusion[c]).mapToObj(Integer::toString))));
        }
        if (!test.labels().isEmpty()) {
            write(LABELS, List.of("label", "present", "predicted", "correct", "averagePrecision"),
                    test.labels().stream().map(label -> row(names.get(label.label()), Stream.of(label.present(),
                            label.predicted(), label.correct(), label.averagePrecision()).map(String::valueOf))));
        }
        AtomicFile.write(resultFile(), Json.text(result) + "\n");
    }

    private void write(String file, List<String> head, Stream<List<String>> rows) throws IOException {
        AtomicFile.write(folder.resolve(file), Csv.text(Stream.concat(Stream.of(head), rows).toList()));
    }

    private static List<String> row(String name, Stream<String> cells) {
        return Stream.concat(Stream.of(name), cells).toList();
    }

    /**
     * Reads the counts of {@code confusion.csv}: how many examples of a class (row) were predicted as each class
     * (column). Files of older versions have no names.
     *
     * @throws FormatException if the file is not such a table
     */
    public int[][] confusion() throws IOException {
        Path file = folder.resolve(CONFUSION);
        List<List<String>> rows = Csv.rows(TextFile.read(file, LONGEST_CONFUSION_BYTES));
        boolean named = !rows.isEmpty() && rows.getFirst().getFirst().equals(CLASS);
        int names = named ? 1 : 0;
        int classes = rows.size() - names;
        // Before anything of its size is allocated.
        if (rows.stream().skip(names).anyMatch(cells -> cells.size() != names + classes)) {
            throw new FormatException(file, "is not a square table");
        }
        int[][] counts = new int[classes][classes];
        for (int label = 0; label < classes; label++) {
            List<String> cells = rows.get(names + label);
            for (int predicted = 0; predicted < classes; predicted++) {
                String cell = cells.get(names + predicted);
                if (!cell.matches("\\d{1,8}")) {
                    throw new FormatException(file, "has a broken row: " + Excerpt.quoted(String.join(",", cells)));
                }
                counts[label][predicted] = Integer.parseInt(cell);
            }
        }
        return counts;
    }

    /**
     * Returns whether {@code metrics.csv} has an epoch.
     *
     * @throws FormatException if the file is damaged
     */
    public boolean hasEpoch() throws IOException {
        return Files.exists(metricsFile()) && !epochs().isEmpty();
    }

    /** Returns whether the run has reached its end. */
    public boolean isFinished() {
        return Files.isRegularFile(resultFile());
    }

    /**
     * Reads the result; null while the run is not finished.
     *
     * @throws scanline.engine.io.FormatException if the file is damaged
     */
    public @Nullable Result result() throws IOException {
        return Files.exists(resultFile()) ? Json.read(resultFile(), Result.class) : null;
    }

    private void write(String file, Stream<String> lines) throws IOException {
        AtomicFile.write(folder.resolve(file), lines.collect(Collectors.joining("\n", "", "\n")));
    }

    /** Reads the facts of {@code provenance.json}; empty if the file is missing. */
    public Map<String, Object> provenance() throws IOException {
        return Files.exists(provenanceFile()) ? Json.read(provenanceFile()) : Map.of();
    }

    /** The file of the provenance. */
    Path provenanceFile() {
        return folder.resolve(PROVENANCE);
    }

    /** The file of the recipe as resolved. */
    public Path recipeFile() {
        return folder.resolve(RECIPE);
    }

    private Path resultFile() {
        return folder.resolve(RESULT);
    }

    private Path metricsFile() {
        return folder.resolve(METRICS);
    }
}
