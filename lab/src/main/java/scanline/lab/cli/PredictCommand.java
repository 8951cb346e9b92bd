package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.data.base.DataException;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.Preparation;
import scanline.lab.base.Json;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.option.TrainedOptions;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.predict.Predictor;
import scanline.lab.run.Trained;
import scanline.lab.task.Answer;
import scanline.lab.task.Prediction;

/** The command {@code scanline predict}. */
@Command(name = "predict", mixinStandardHelpOptions = true,
        description = "Predict the class of each image, or the labels on it, and print the probability.")
final class PredictCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private TrainedOptions trained = new TrainedOptions();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE",
            description = "PNG or JPEG image, IDX file of images, or folder of PNG and JPEG images. Each image is"
                    + " converted to light-on-dark gray and scaled. For models of handwritten characters, the ink is"
                    + " first found, cropped and centered, unless the image already has the model's size. If a file"
                    + " cannot be read, an error names it, and the other files are still answered.")
    private List<Path> files = List.of();

    @Option(names = "--as-is",
            description = "Only scale the images, without the preparation for models of handwritten characters.")
    private boolean asIs;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        try (Predictor predictor = predictor()) {
            List<String> names = predictor.classNames();
            Results results = new Results();
            for (Path file : files) {
                results.add(file, () -> {
                    for (Path image : Files.isDirectory(file) ? ImageFile.in(file) : List.of(file)) {
                        results.add(image, () -> {
                            ImageSet images = ImageFile.read(image, predictor.pictureSize(),
                                    names.size(), asIs ? Preparation.SCALE : predictor.preparation());
                            List<Answer> answers = predictor.answers(images);
                            for (int i = 0; i < answers.size(); i++) {
                                results.add(Prediction.of(image.toString(), i, images.contrast(i), answers.get(i),
                                        names));
                            }
                        });
                    }
                });
            }
            return results.conclude();
        }
    }

    private Predictor predictor() throws IOException {
        try (Trained opened = trained.openAlone(List.of(), threads.compute())) {
            return Predictor.of(opened.experiment(), threads.compute());
        }
    }

    /** Prints each answer at once, or all as JSON at the end; an unreadable file does not stop the others. */
    private final class Results {
        private final CommandLine line = Objects.requireNonNull(spec).commandLine();
        private final List<Object> all = new ArrayList<>();
        private boolean failed;

        void add(Path file, Runnable answering) {
            try {
                answering.run();
            } catch (DataException e) {
                String message = String.valueOf(e.getMessage());
                Messages.error(line, message);
                all.add(new Unread(file.toString(), message));
                failed = true;
            }
        }

        void add(Prediction prediction) {
            all.add(prediction);
            if (prediction.warning() != null) {
                Messages.warn(line, prediction.file() + " [" + prediction.index() + "]: " + prediction.warning());
            }
            if (!json) {
                line.getOut().printf(Locale.ROOT, "%s [%d]  %s  %.2f %%%n", prediction.file(), prediction.index(),
                        prediction.label(), 100 * prediction.probability());
                line.getOut().flush();
            }
        }

        int conclude() {
            if (json) {
                line.getOut().println(Json.text(all));
                line.getOut().flush();
            }
            return failed ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
        }
    }

    /** The JSON entry of a file that cannot be read. */
    record Unread(String file, String error) {}
}
