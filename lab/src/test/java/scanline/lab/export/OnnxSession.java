package scanline.lab.export;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file in ONNX Runtime. */
final class OnnxSession implements AutoCloseable {
    private final OrtSession session;

    OnnxSession(Path file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = OrtEnvironment.getEnvironment().createSession(file.toString(), options);
        }
    }

    /** The logits of a batch; {@code words}, [B, L], are null for a classifier. */
    float[] logits(float[] pixels, int count, long[] words) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] size = axes(session.getInputInfo().get("pixels")).getShape();
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        inputs.put("pixels", OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels),
                new long[] {count, size[1], size[2]}));
        if (words != null) {
            inputs.put("words", OnnxTensor.createTensor(environment, LongBuffer.wrap(words),
                    new long[] {count, words.length / count}));
        }
        try (OrtSession.Result result = session.run(inputs)) {
            FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
            float[] values = new float[logits.remaining()];
            logits.get(values);
            return values;
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** The axes of each input and output in words, such as {@code pixels [batch, 28, 28]}. */
    List<String> signature() throws OrtException {
        return List.of(described(session.getInputInfo()), described(session.getOutputInfo()));
    }

    private static String described(Map<String, NodeInfo> nodes) {
        StringBuilder words = new StringBuilder();
        nodes.forEach((name, node) -> {
            TensorInfo axes = axes(node);
            words.append(words.isEmpty() ? "" : ", ").append(name).append(' ').append(axes.type).append(" [");
            for (int i = 0; i < axes.getShape().length; i++) {
                String named = axes.getDimensionNames()[i];
                words.append(i == 0 ? "" : ", ").append(named.isEmpty() ? axes.getShape()[i] : named);
            }
            words.append(']');
        });
        return words.toString();
    }

    private static TensorInfo axes(NodeInfo node) {
        return (TensorInfo) node.getInfo();
    }

    /** What the file says of itself. */
    Map<String, String> metadata() throws OrtException {
        return session.getMetadata().getCustomMetadata();
    }

    /** Who made it. */
    String producer() throws OrtException {
        return session.getMetadata().getProducerName();
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
