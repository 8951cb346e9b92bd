package scanline.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime's side of a comparison: a separate process that answers a {@link Side}. It uses all of ONNX Runtime's
 * optimizations of the graph, sets subnormal numbers to zero, and reads and writes the same two tensors in each
 * prediction. A session is opened for each combination of settings that is asked for.
 */
final class OnnxSide implements Answers.Measured {
    private static final String THREADS = "threads";
    private static final String SPINNING = "spinning";

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final String model;
    private final float[] values;
    private final float[] logits;
    private final FloatBuffer input;
    private final FloatBuffer output;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;
    private final Map<Map<String, String>, OrtSession> sessions = new HashMap<>();
    private OrtSession session;

    /** Opens the model in a folder that {@link PeerFolder} has written. */
    OnnxSide(Path folder, long[] shape, int classes) throws IOException, OrtException {
        model = folder.resolve(PeerFolder.ONNX).toString();
        FloatBuffer read = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("values"))).order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        values = new float[read.remaining()];
        read.get(values);
        logits = new float[(int) shape[1] * classes];
        input = buffer(values.length);
        output = buffer(logits.length);
        inputs = Map.of("x", OnnxTensor.createTensor(environment, input, shape));
        outputs = Map.of("y", OnnxTensor.createTensor(environment, output, new long[] {shape[1], classes}));
        session = session(Map.of());
    }

    private static FloatBuffer buffer(int floats) {
        return ByteBuffer.allocateDirect(Float.BYTES * floats).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** The settings that are tried. */
    static Choices choices(int threads) {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        choices.put(THREADS, Choices.threads(threads, true));
        choices.put(SPINNING, threads > 1 ? List.of("on", "off") : List.of("on"));
        return new Choices(choices);
    }

    /** The command that starts this side for a case with these numbers of steps, images, features and classes. */
    static List<String> command(PeerFolder folder, int steps, int images, int features, int classes) {
        return ChildJvm.command(List.of("--enable-native-access=com.microsoft.onnxruntime"), OnnxSide.class,
                folder.path(), steps, images, features, classes);
    }

    /** {@code OnnxSide FOLDER STEPS IMAGES FEATURES CLASSES}. */
    public static void main(String[] arguments) throws IOException, OrtException {
        long[] shape = {Long.parseLong(arguments[1]), Long.parseLong(arguments[2]), Long.parseLong(arguments[3])};
        OnnxSide side = new OnnxSide(Path.of(arguments[0]), shape, Integer.parseInt(arguments[4]));
        Answers.give(side.environment.getVersion(), side);
    }

    @Override
    public void restart(Map<String, String> settings) {
        session = sessions.computeIfAbsent(settings, this::session);
    }

    private OrtSession session(Map<String, String> settings) {
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(Integer.parseInt(settings.getOrDefault(THREADS, "1")));
            options.addConfigEntry("session.intra_op.allow_spinning",
                    "on".equals(settings.get(SPINNING)) ? "1" : "0");
            options.addConfigEntry("session.set_denormal_as_zero", "1");
            return environment.createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public float run(int i) {
        input.put(0, values);
        try (OrtSession.Result _ = session.run(inputs, outputs)) {
            output.get(0, logits);
            return logits[0];
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
