package scanline.lab.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.experiment.Compute;
import scanline.lab.predict.PredictionStream;
import scanline.lab.predict.Predictor;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.task.Answer;

/**
 * The best weights of a run.
 *
 * @param folder the folder of the run
 * @param compute what a prediction is computed with
 */
public record RunSource(Path folder, Compute compute) implements ModelSource {
    /** A file, before and after it was replaced. */
    private record Version(FileTime written, long bytes) {}

    @Override
    public ImageModel open() throws IOException {
        String recipe = Provenance.recipeName(Run.open(folder).provenance());
        try (Trained trained = Trained.openAlone(folder.toString(), null, List.of(), compute)) {
            return new Opened(Predictor.of(trained.experiment(), compute), recipe);
        }
    }

    @Override
    public Object version() throws IOException {
        try {
            BasicFileAttributes file = Files.readAttributes(new Run(folder).best(), BasicFileAttributes.class);
            return new Version(file.lastModifiedTime(), file.size());
        } catch (NoSuchFileException _) {
            return "none"; // opening it gives the reason
        }
    }

    /** A predictor, with the name of its recipe. */
    private record Opened(Predictor predictor, String recipe) implements ImageModel {
        @Override
        public List<Answer> answers(ImageSet images) {
            return predictor.answers(images);
        }

        @Override
        public PictureSize pictureSize() {
            return predictor.pictureSize();
        }

        @Override
        public Preparation preparation() {
            return predictor.preparation();
        }

        @Override
        public List<String> classNames() {
            return predictor.classNames();
        }

        @Override
        public Map<String, Object> facts() {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("recipe", recipe);
            facts.put("weights", predictor.weightsHash());
            facts.put("streams", predictor.canStream());
            return facts;
        }

        @Override
        public int features() {
            return predictor.input().features();
        }

        @Override
        public PredictionStream stream() {
            return predictor.stream();
        }

        @Override
        public List<Answer> step(List<PredictionStream> streams, float[] steps) {
            return predictor.step(streams, steps);
        }

        @Override
        public void close() {
            predictor.close();
        }
    }
}
