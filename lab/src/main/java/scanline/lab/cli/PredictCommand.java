package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.data.ImageFile;
import scanline.lab.data.ImageSet;
import scanline.lab.data.Pictures;
import scanline.lab.train.Evaluation;
import scanline.lab.train.Experiment;
import scanline.lab.train.Json;
import scanline.lab.train.Prediction;
import scanline.lab.train.Trained;

/** {@code scanline predict}: the classes of images, or the labels that are on them. */
@Command(name = "predict", mixinStandardHelpOptions = true,
        description = "Prints the class of each image, or the labels on it, and how probable that is.")
final class PredictCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private TrainedOptions trained = new TrainedOptions();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE",
            description = "PNG or JPEG images (made grey, scaled, light on dark), or IDX files of images.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Prints the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        try (Trained opened = trained.openAlone(List.of(), threads.count())) {
            Experiment experiment = opened.experiment();
            Pictures known = experiment.outside();
            List<String> names = experiment.dataset().classNames();
            List<Prediction> predictions = new ArrayList<>();
            for (Path file : files) {
                ImageSet images = ImageFile.read(file, known.height(), known.width(), known.classes());
                int[] all = IntStream.range(0, images.count()).toArray();
                Evaluation.of(experiment, experiment.loader(images), all,
                        (index, _, answer) -> predictions.add(Prediction.of(file.toString(), index, answer, names)));
            }
            print(Objects.requireNonNull(spec).commandLine().getOut(), predictions);
            return CommandLine.ExitCode.OK;
        }
    }

    private void print(PrintWriter out, List<Prediction> predictions) {
        if (json) {
            out.println(Json.text(predictions));
        } else {
            for (Prediction prediction : predictions) {
                out.printf(Locale.ROOT, "%s [%d]  %s  %.2f %%%n", prediction.file(), prediction.index(),
                        prediction.label(), 100 * prediction.probability());
            }
        }
        out.flush();
    }
}
