package scanline.bench.peer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import scanline.data.sequence.Batch;
import scanline.engine.onnx.OnnxFile;
import scanline.engine.optim.Adam;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.RmsProp;
import scanline.engine.optim.Sgd;
import scanline.engine.optim.UpdateRule;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;
import scanline.lab.base.Json;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;

/**
 * A case as files that peer.py and DjlCase read. {@code case.json} describes the network and the other files; {@code
 * values} contains the batches as float32 [batches, T, B, F]; {@code labels} contains their labels as int64, where
 * shorter answers are padded with -1; {@code weights} contains the initial weights as float32, one parameter after
 * another. All are little-endian. If the work is prediction, {@code model.onnx} is the network with its weights; it reads
 * the same values. The folder is deleted when the JVM ends.
 */
public record PeerFolder(Path path) {
    /** The network as an ONNX file, if the work is prediction. */
    static final String ONNX = "model.onnx";
    /** What peer.py writes for {@link Djl}: the network as TorchScript, its input, and the shape of the input. */
    static final List<String> SCRIPT_FILES = List.of("model.pt", "model.values", "model.shape");

    /** Writes a case to a new temporary folder. */
    public static PeerFolder of(Case what, Steps steps) throws IOException {
        return of(what, steps, what.batches(steps));
    }

    /** Writes a case with the given batches to a new temporary folder. */
    public static PeerFolder of(Case what, Steps steps, List<Batch> batches) throws IOException {
        return of(what.settings(), what.work(), steps, batches);
    }

    /** Writes work on the given batches to a new temporary folder. */
    public static PeerFolder of(Recipe recipe, Case.Work work, Steps steps, List<Batch> batches) throws IOException {
        if (!recipe.parameterGroups().isEmpty() || recipe.accumulate() > 1) {
            throw new IllegalArgumentException(
                    "the peers update all parameters alike after each batch, but the recipe has groups or accumulate");
        }
        Model.Input input = steps.experiment().input();
        Map<String, Object> description = PeerNetwork.of(recipe.model()).description();
        description.put("work", work.name());
        description.put("shape",
                List.of(batches.size(), input.steps(), batches.getFirst().count(), input.features()));
        description.put("classes", input.classes());
        description.put("smoothing", recipe.loss().labelSmoothing());
        description.put("optimizer", optimizer(recipe.optimizer()));
        description.put("clip", clip(recipe.clip()));
        description.put("rates", IntStream.range(0, batches.size()).mapToObj(steps::rate).toList());
        PeerFolder folder = of(description, batches, steps.experiment().weights());
        if (work == Case.Work.PREDICT) {
            OnnxFile.of(steps.experiment().engine(), batch -> Shape.of(input.steps(), batch, input.features()),
                    Prediction.classifier(steps.experiment().network())::forward).write(folder.file(ONNX));
        }
        return folder;
    }

    /** Writes a point of {@link Growth} to a new temporary folder. */
    public static PeerFolder of(GrowthPoint point, Batch batch, Weights weights) throws IOException {
        Map<String, Object> description = PeerNetwork.of(point.model()).description();
        description.put("work", Case.Work.TRAIN.name());
        description.put("shape", List.of(1, point.steps(), point.batch(), point.features()));
        description.put("classes", GrowthPoint.CLASSES);
        description.put("smoothing", 0.0);
        description.put("optimizer", optimizer(GrowthPoint.RULE));
        description.put("clip", clip(new Clipping.None()));
        return of(description, List.of(batch), weights);
    }

    private static PeerFolder of(Map<String, Object> description, List<Batch> batches, Weights weights)
            throws IOException {
        PeerFolder folder = new PeerFolder(Files.createTempDirectory("scanline-bench"));
        folder.path.toFile().deleteOnExit();
        List<Object> parameters = new ArrayList<>();
        for (Parameter parameter : weights.parameters()) {
            parameters.add(List.of(parameter.name(), parameter.shape().sizes()));
        }
        description.put("parameters", parameters);
        folder.write("case.json", Json.text(description).getBytes(StandardCharsets.UTF_8));
        folder.writeFloats("values", batches.stream().map(Batch::values).toList());
        folder.writeLabels(batches);
        folder.writeFloats("weights", weights.parameters().stream().map(Parameter::values).toList());
        return folder;
    }

    /** The name of a class in torch.optim, and its arguments. */
    private static List<Object> optimizer(UpdateRule rule) {
        return switch (rule) {
            case Sgd(double rate, double momentum, boolean nesterov, double decay) -> List.of("SGD",
                    Map.of("lr", rate, "momentum", momentum, "nesterov", nesterov, "weight_decay", decay));
            case RmsProp(double rate, double alpha, double epsilon, double momentum, double decay) -> List.of("RMSprop",
                    Map.of("lr", rate, "alpha", alpha, "eps", epsilon, "momentum", momentum, "weight_decay", decay));
            case Adam(double rate, double beta1, double beta2, double epsilon, double decay) -> List.of("Adam",
                    Map.of("lr", rate, "betas", List.of(beta1, beta2), "eps", epsilon, "weight_decay", decay));
            case AdamW(double rate, double beta1, double beta2, double epsilon, double decay) -> List.of("AdamW",
                    Map.of("lr", rate, "betas", List.of(beta1, beta2), "eps", epsilon, "weight_decay", decay));
            default -> throw new IllegalArgumentException("torch.optim has no " + rule);
        };
    }

    /** The name of a function in torch.nn.utils, and its bound. */
    private static List<Object> clip(Clipping clipping) {
        return switch (clipping) {
            case Clipping.None() -> List.of();
            case Clipping.Value(double bound) -> List.of("clip_grad_value_", bound);
            case Clipping.Norm(double bound) -> List.of("clip_grad_norm_", bound);
            default -> throw new IllegalArgumentException("torch.nn.utils has no " + clipping);
        };
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(file(name), content);
    }

    /** Deletes these files when the JVM ends, whoever writes them. */
    void reserve(List<String> names) {
        names.forEach(this::file);
    }

    private Path file(String name) {
        Path file = path.resolve(name);
        file.toFile().deleteOnExit();
        return file;
    }

    private void writeFloats(String name, List<float[]> blocks) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file(name)))) {
            for (float[] block : blocks) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * block.length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(block);
                out.write(bytes.array());
            }
        }
    }

    private void writeLabels(List<Batch> batches) throws IOException {
        List<int[]> answers = batches.stream().flatMap(batch -> Stream.of(batch.answers())).toList();
        int longest = answers.stream().mapToInt(answer -> answer.length).max().orElseThrow();
        ByteBuffer bytes = ByteBuffer.allocate(8 * longest * answers.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] answer : answers) {
            for (int i = 0; i < longest; i++) {
                bytes.putLong(i < answer.length ? answer[i] : -1);
            }
        }
        write("labels", bytes.array());
    }
}
