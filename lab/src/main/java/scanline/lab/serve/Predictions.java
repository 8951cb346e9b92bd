package scanline.lab.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.http.Refusal;
import scanline.lab.http.Reply;
import scanline.lab.http.Request;
import scanline.lab.serve.ServedModel.Visit;
import scanline.lab.task.Answer;
import scanline.lab.task.Prediction;

/** Answers {@code POST /api/predict}, of a studio and of a server of models. */
public final class Predictions {
    private static final int LONGEST_BODY = 4 << 20;
    private static final int MOST_IMAGES = 64;
    private static final int MOST_DECODED = 2; // a decoded image may take much more memory than its file
    private static final int DECODING_SECONDS = 5;

    private final String key;
    private final Models models;
    private final Semaphore decoding = new Semaphore(MOST_DECODED);

    /** Finds models by their names. */
    @FunctionalInterface
    public interface Models {
        /**
         * Begins a request for a model.
         *
         * @param name the name of the model; empty if the request has none
         * @throws Refusal if there is no such model, or it cannot answer now
         */
        Visit visit(Optional<String> name) throws IOException, InterruptedException;
    }

    /** The JSON body of a request. */
    record Body(@Nullable String run, @Nullable String model, @Nullable List<PictureBody> images) {}

    /** An image of a request. */
    @FunctionalInterface
    private interface Wanted {
        ImageSet picture(PictureSize size, int classes, Preparation preparation);
    }

    /**
     * Creates the action of a path.
     *
     * @param key how a request calls the name of a model: run or model
     */
    public Predictions(String key, Models models) {
        this.key = key;
        this.models = models;
    }

    /** Answers a request with the predictions for its images. */
    public Reply answer(Request request) throws IOException, InterruptedException {
        if (request.type().startsWith("image/")) {
            if (!request.type().equals("image/png")) {
                throw new Refusal(415, "the body must be image/png or application/json; JPEG is not decoded for"
                        + " requests: save the image as PNG");
            }
            byte[] content = request.body(LONGEST_BODY);
            return predictions(request, request.query(key), List.of((size, classes, preparation) -> ImageFile
                    .readPng("the image", content, size, classes, preparation)));
        }
        Body body = request.json(LONGEST_BODY, Body.class);
        boolean isRun = key.equals("run");
        String name = isRun ? body.run : body.model;
        List<PictureBody> images = body.images;
        if ((isRun ? body.model : body.run) != null || images == null || images.isEmpty()
                || images.stream().anyMatch(Objects::isNull) || images.size() > MOST_IMAGES) {
            throw new Refusal(400, "the body must have " + key + ", and 1 to " + MOST_IMAGES + " images");
        }
        return predictions(request, Optional.ofNullable(name), images.stream()
                .<Wanted>map(image -> image::picture).toList());
    }

    private Reply predictions(Request request, Optional<String> name, List<Wanted> wanted)
            throws IOException, InterruptedException {
        try (Visit visit = models.visit(name)) {
            request.note(Metrics.MODEL, visit.name());
            ImageModel model = visit.model();
            List<ImageSet> images = decoded(wanted, model);
            request.note(Metrics.IMAGES, images.size());
            List<Answer> answers = visit.answers(images);
            List<Prediction> predictions = new ArrayList<>(answers.size());
            for (int i = 0; i < answers.size(); i++) {
                predictions.add(Prediction.of("image", i, images.get(i).contrast(0), answers.get(i),
                        model.classNames()));
            }
            return Reply.json(predictions);
        }
    }

    private List<ImageSet> decoded(List<Wanted> wanted, ImageModel model) throws InterruptedException {
        if (!decoding.tryAcquire(DECODING_SECONDS, TimeUnit.SECONDS)) {
            throw Refusal.later(503, "too many requests at once", 1);
        }
        try {
            int classes = model.classNames().size();
            List<ImageSet> images = new ArrayList<>(wanted.size());
            for (Wanted each : wanted) {
                images.add(each.picture(model.pictureSize(), classes, model.preparation()));
            }
            return images;
        } finally {
            decoding.release();
        }
    }
}
