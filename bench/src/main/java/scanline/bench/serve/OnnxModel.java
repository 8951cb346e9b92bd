package scanline.bench.serve;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import scanline.bench.peer.BenchException;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.serve.ImageModel;
import scanline.lab.task.Answer;
import scanline.lab.task.Answers;

/** An exported classifier in ONNX Runtime, to be served in the place of a predictor. */
final class OnnxModel implements ImageModel {
    private static final float LEVELS = 255f;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final PictureSize size;
    private final Preparation preparation;
    private final List<String> classNames;

    /** Opens a model file that reads images of a size, with so many threads for a prediction. */
    OnnxModel(Path file, int threads, PictureSize size, Preparation preparation, List<String> classNames) {
        this.size = size;
        this.preparation = preparation;
        this.classNames = classNames;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            session = environment.createSession(file.toString(), options);
        } catch (OrtException e) {
            throw new BenchException("ONNX Runtime cannot open the model: " + e.getMessage());
        }
    }

    @Override
    public List<Answer> answers(ImageSet images) {
        float[] pixels = new float[images.pixels().length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Byte.toUnsignedInt(images.pixels()[i]) / LEVELS;
        }
        long[] shape = {images.count(), size.height(), size.width()};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape);
                OrtSession.Result result = session.run(Map.of("pixels", input))) {
            FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
            float[] values = new float[logits.remaining()];
            logits.get(values);
            return Answers.rows(values, classNames.size()).map(OnnxModel::answer).toList();
        } catch (OrtException e) {
            throw new BenchException("ONNX Runtime failed: " + e.getMessage());
        }
    }

    private static Answer answer(float[] logits) {
        int largest = Answers.largest(logits, 0, logits.length);
        double[] p = Answers.softmax(logits);
        return new Answer(new int[] {largest}, p[largest], p, logits);
    }

    @Override
    public PictureSize pictureSize() {
        return size;
    }

    @Override
    public Preparation preparation() {
        return preparation;
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public Map<String, Object> facts() {
        return Map.of();
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new BenchException("ONNX Runtime cannot close the model: " + e.getMessage());
        }
    }
}
