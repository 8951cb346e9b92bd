package scanline.bench.serve;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.run.Trained;
import scanline.lab.serve.Batching;
import scanline.lab.serve.ImageModel;
import scanline.lab.serve.ModelSource;
import scanline.lab.serve.PredictionServer;

/** The process in which ONNX Runtime answers behind the server of {@code scanline serve}. */
final class OnnxServer {
    private OnnxServer() {}

    /**
     * Serves an exported model until the process is ended.
     *
     * @param arguments the folder of its run, the file, and the number of threads of a prediction
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int threads = Integer.parseInt(arguments[2]);
        ModelSource source;
        try (Trained trained = Trained.openAlone(arguments[0], null, List.of(), Compute.with(1))) {
            Experiment experiment = trained.experiment();
            source = new File(Path.of(arguments[1]), threads, experiment.pictureSize(), experiment.preparation(),
                    List.copyOf(experiment.dataset().classNames()));
        }
        try (PredictionServer server = new PredictionServer(new LinkedHashMap<>(Map.of("model", source)),
                new PredictionServer.Settings("127.0.0.1", 0, null, Batching.STANDARD, null),
                Throwable::printStackTrace)) {
            server.load();
            System.out.println("serve   http://127.0.0.1:" + server.port() + "/");
            new CountDownLatch(1).await();
        }
    }

    private record File(Path file, int threads, PictureSize size, Preparation preparation,
            List<String> classNames) implements ModelSource {
        @Override
        public ImageModel open() {
            return new OnnxModel(file, threads, size, preparation, classNames);
        }

        @Override
        public Object version() {
            return file; // nobody changes it
        }
    }
}
