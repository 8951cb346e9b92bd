package scanline.bench.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Predictions of the TorchScript network that peer.py has written, always of the same input. */
final class DjlPrediction implements DjlSide.Measured {
    private static final String MODEL = "model";

    private final NDManager manager;
    private final Model model;
    private final ParameterStore parameters;
    private final float[] values;
    private final Shape shape;

    private DjlPrediction(Path folder, NDManager manager) throws IOException, MalformedModelException {
        this.manager = manager;
        parameters = new ParameterStore(manager, false);
        model = Model.newInstance(MODEL, "PyTorch");
        model.load(folder, MODEL);
        FloatBuffer read = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.values")))
                .order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        values = new float[read.remaining()];
        read.get(values);
        shape = new Shape(Stream.of(Files.readString(folder.resolve("model.shape")).strip().split(" "))
                .mapToLong(Long::parseLong).toArray());
    }

    /** Returns whether a folder has a network to predict with. */
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(MODEL + ".pt"));
    }

    /** Reads the network and its input. */
    static DjlPrediction read(Path folder, NDManager manager) throws IOException {
        try {
            return new DjlPrediction(folder, manager);
        } catch (MalformedModelException e) {
            throw new IOException(e);
        }
    }

    /** Predicts with as many threads as "threads=N" says, and returns the first logit. */
    @Override
    public String measure(int iterations, String setting) {
        JniUtils.setNumThreads(Integer.parseInt(setting.replace("threads=", "")));
        StringBuilder answer = new StringBuilder().append(predict());
        for (int i = 0; i < iterations; i++) {
            long start = System.nanoTime();
            predict();
            answer.append(' ').append((System.nanoTime() - start) / 1e6);
        }
        return answer.toString();
    }

    private float predict() {
        try (NDManager pass = manager.newSubManager()) {
            NDArray x = pass.create(values, shape);
            NDList logits = model.getBlock().forward(parameters, new NDList(x), false);
            return logits.singletonOrThrow().toFloatArray()[0];
        }
    }
}
