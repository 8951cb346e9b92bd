package scanline.bench.check;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** An exported model in ONNX Runtime. */
final class OnnxRuntime implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /** Opens a model file. */
    OnnxRuntime(Path file) throws OrtException {
        session = environment.createSession(file.toString());
    }

    /**
     * Returns the logits, row-major.
     *
     * @param pixels the pixels, [B, H, W]
     * @param words the input words, [B, L]; empty for a classifier
     */
    float[] logits(float[] pixels, long[] pixelShape, long[] words) throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            inputs.put("pixels", OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), pixelShape));
            if (words.length > 0) {
                inputs.put("words", OnnxTensor.createTensor(environment, LongBuffer.wrap(words),
                        new long[] {pixelShape[0], words.length / pixelShape[0]}));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
                float[] values = new float[logits.remaining()];
                logits.get(values);
                return values;
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
