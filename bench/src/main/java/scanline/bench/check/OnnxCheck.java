package scanline.bench.check;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import scanline.bench.peer.Steps;
import scanline.data.image.Pictures;
import scanline.data.sequence.Batch;
import scanline.engine.file.AtomicFile;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.onnx.OnnxOperators;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Split;
import scanline.lab.export.ExportFormat;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Model;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipes;

/**
 * {@code ./build bench onnx}: exports recipes after some steps of training, and compares the logits of ONNX Runtime for
 * test images with Scanline's. Models that write sequences receive the target words, as in teacher forcing.
 */
@Command(name = "onnx", mixinStandardHelpOptions = true,
        description = "Exports recipes to ONNX; the logits of ONNX Runtime must agree with Scanline's.")
public final class OnnxCheck implements Callable<Integer> {
    private static final double ABSOLUTE = 1e-5;
    private static final double RELATIVE = 1e-4;
    private static final double MARGIN = 1e-3;
    private static final int BATCH = 250;
    private static final int KEPT = 50;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--recipes", split = ",", paramLabel = "RECIPE", description = "Recipes to export. Default: all.")
    private List<String> recipes = Recipes.names();

    @Option(names = "--images", defaultValue = "1000", paramLabel = "N",
            description = "Number of test images to compare. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(names = "--steps", defaultValue = "20", paramLabel = "N",
            description = "Number of training steps before the export. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads of Scanline. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--to", paramLabel = "FOLDER",
            description = "Also write the exports to this folder, for load_export.py.")
    private @Nullable Path folder;

    /** The difference between the results of the two sides. */
    private static final class Distance {
        private double absolute;
        private double relative;
        private int beyond;
        private int otherClass;

        /** Compares the scores of an image or of a word. */
        void add(float[] ours, int oursAt, float[] theirs, int theirsAt, int scores) {
            int best = 0;
            double second = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < scores; c++) {
                add(ours[oursAt + c], theirs[theirsAt + c]);
                if (ours[oursAt + c] > ours[oursAt + best]) {
                    second = ours[oursAt + best];
                    best = c;
                } else if (c != best) {
                    second = Math.max(second, ours[oursAt + c]);
                }
            }
            float theirScore = theirs[theirsAt + best];
            boolean same = IntStream.range(0, scores).noneMatch(c -> theirs[theirsAt + c] > theirScore);
            otherClass += same || ours[oursAt + best] - second <= MARGIN ? 0 : 1;
        }

        private void add(double ours, double theirs) {
            double difference = Math.abs(ours - theirs);
            absolute = Math.max(absolute, difference);
            if (RELATIVE * Math.abs(ours) > ABSOLUTE) {
                relative = Math.max(relative, difference / Math.abs(ours));
            }
            // NaN counts as beyond.
            beyond += difference <= Math.max(ABSOLUTE, RELATIVE * Math.abs(ours)) ? 0 : 1;
        }

        boolean passes() {
            return beyond == 0 && otherClass == 0;
        }
    }

    @Override
    public Integer call() throws IOException, OrtException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.println("| recipe | images | largest difference | relative | beyond 1e-5 and 1e-4 | different class | |");
        out.println("|---|---|---|---|---|---|---|");
        boolean passed = true;
        for (String recipe : recipes) {
            Distance distance = distance(recipe);
            passed &= distance.passes();
            out.printf(Locale.ROOT, "| %s | %d | %.1e | %.1e | %d | %d | %s |%n", recipe, images, distance.absolute,
                    distance.relative, distance.beyond, distance.otherClass, distance.passes() ? "pass" : "**FAIL**");
            out.flush();
        }
        return passed ? 0 : 1;
    }

    private Distance distance(String recipe) throws IOException, OrtException {
        Path file = Files.createTempFile("scanline-bench", ".onnx");
        try (Steps training = new Steps(Recipes.find(recipe, List.of()), threads)) {
            for (int i = 0; i < steps; i++) {
                training.next();
            }
            if (folder != null) {
                keep(folder, recipe, training);
            }
            AtomicFile.write(file,
                    ExportFormat.ONNX.of(training.experiment(), OnnxOperators.OPSET_20, Map.of())::writeTo);
            try (OnnxRuntime runtime = new OnnxRuntime(file)) {
                return distance(training, runtime);
            }
        } finally {
            Files.delete(file);
        }
    }

    /** Writes both exports and the model's logits for a few images, for load_export.py. */
    private static void keep(Path folder, String recipe, Steps trained) throws IOException {
        Files.createDirectories(folder);
        AtomicFile.write(folder.resolve(recipe + ".onnx"),
                ExportFormat.ONNX.of(trained.experiment(), OnnxOperators.OPSET_20, Map.of())::writeTo);
        AtomicFile.write(folder.resolve(recipe + ".safetensors"),
                ExportFormat.SAFETENSORS.of(trained.experiment(), OnnxOperators.OPSET_20, Map.of())::writeTo);
        Batch batch = trained.testBatch(KEPT);
        Model.Input input = trained.experiment().input();
        float[] logits = trained.logits(batch);
        long[] words = words(trained.experiment().network(), batch);
        int length = words.length == 0 ? 1 : words.length / KEPT;
        float[] numbers = new float[words.length];
        IntStream.range(0, words.length).forEach(i -> numbers[i] = words[i]);
        SafeTensors.write(folder.resolve(recipe + ".answers"), new SafeTensors(
                List.of(new Entry("x", new int[] {input.steps(), KEPT, input.features()}, batch.values()),
                        new Entry("words", new int[] {KEPT, words.length / KEPT}, numbers),
                        new Entry("logits", new int[] {length, KEPT, logits.length / KEPT / length}, logits)),
                Map.of("classes", Integer.toString(input.classes()))));
    }

    private Distance distance(Steps trained, OnnxRuntime runtime) throws OrtException {
        Distance distance = new Distance();
        Examples test = trained.experiment().examples(Split.TEST);
        for (int from = 0; from < images; from += BATCH) {
            int[] numbers = IntStream.range(from, Math.min(images, from + BATCH)).toArray();
            Batch batch = test.batch(from, from + numbers.length);
            long[] words = words(trained.experiment().network(), batch);
            float[] ours = trained.logits(batch);
            float[] theirs = theirs(runtime, trained.experiment().testPictures(), numbers, words);
            int length = words.length == 0 ? 1 : words.length / numbers.length;
            int scores = ours.length / numbers.length / length;
            for (int row = 0; row < numbers.length * length; row++) {
                int timeMajor = row % length * numbers.length + row / length;
                distance.add(ours, timeMajor * scores, theirs, row * scores, scores);
            }
        }
        return distance;
    }

    /** The input words of a sequence-writing model in teacher forcing, [B, L]; empty for other models. */
    private static long[] words(Network network, Batch batch) {
        if (!(network instanceof Autoregressive writer)) {
            return new long[0];
        }
        int length = 1 + Stream.of(batch.answers()).mapToInt(answer -> answer.length).max().orElseThrow();
        long[] words = new long[batch.count() * length];
        Arrays.fill(words, writer.end());
        for (int b = 0; b < batch.count(); b++) {
            words[b * length] = writer.start();
            for (int i = 0; i < batch.answers()[b].length; i++) {
                words[b * length + 1 + i] = batch.answers()[b][i];
            }
        }
        return words;
    }

    private static float[] theirs(OnnxRuntime runtime, Pictures pictures, int[] numbers, long[] words)
            throws OrtException {
        int size = pictures.height() * pictures.width();
        byte[] levels = new byte[numbers.length * size];
        for (int b = 0; b < numbers.length; b++) {
            pictures.draw(numbers[b], levels, b * size);
        }
        float[] pixels = new float[levels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Byte.toUnsignedInt(levels[i]) / 255f;
        }
        return runtime.logits(pixels, new long[] {numbers.length, pictures.height(), pictures.width()}, words);
    }
}
