package scanline.lab.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.data.base.DataException;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.Preparation;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.FileAccessException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.option.TrainedOptions;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.format.NumberLines;
import scanline.lab.predict.PredictionStream;
import scanline.lab.predict.Predictor;
import scanline.lab.run.Trained;
import scanline.lab.task.Answer;
import scanline.lab.task.Prediction;
import scanline.lab.task.StepPrediction;

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

    @Parameters(index = "1..*", paramLabel = "FILE",
            description = "PNG or JPEG image, IDX file of images, or folder of PNG and JPEG images. Each image is"
                    + " converted to light-on-dark gray and scaled. For models of handwritten characters, the ink is"
                    + " first found, cropped and centered, unless the image already has the model's size. If a file"
                    + " cannot be read, an error names it, and the other files are still answered. With --stream: one file"
                    + " of steps; - is standard input, which is the default.")
    private List<Path> files = List.of();

    @Option(names = "--as-is",
            description = "Only scale the images, without the preparation for models of handwritten characters.")
    private boolean asIs;

    @Option(names = "--json",
            description = "Print the result as JSON; with --stream, an object in a line for each step.")
    private boolean json;

    @Option(names = "--stream",
            description = "Read steps instead of images. A line holds the values of a step, 0 to 255, separated by commas,"
                    + " in the order in which the model reads them: of a row, of a pixel. The answer to the sequence so"
                    + " far is printed after each line. An empty line starts a new sequence.")
    private boolean stream;

    @Option(names = "--state", paramLabel = "STATE",
            description = "With --stream, continue the sequence whose state is in this file, if there is one, and write the"
                    + " state after the last step to it.")
    private @Nullable Path state;

    @Override
    public Integer call() throws IOException {
        requireFitting();
        return stream ? streamed() : predicted();
    }

    private void requireFitting() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        if (!stream && files.isEmpty()) {
            throw new ParameterException(line, "Missing required parameter: 'FILE'");
        }
        if (!stream && state != null) {
            throw new ParameterException(line, "--state is the state of a sequence that is read with --stream");
        }
        if (stream && asIs) {
            throw new ParameterException(line, "--as-is is for images, not for the steps of --stream");
        }
        if (stream && files.size() > 1) {
            throw new ParameterException(line, "--stream reads one file of steps, not " + files.size());
        }
    }

    private int predicted() throws IOException {
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

    private int streamed() throws IOException {
        try (Predictor predictor = predictor(); NumberLines lines = lines()) {
            PredictionStream sequence = predictor.stream();
            if (state != null) {
                AtomicFile.requireWritable(state);
                restore(sequence, state);
            }
            CommandLine line = Objects.requireNonNull(spec).commandLine();
            int trained = predictor.input().steps();
            boolean warned = false;
            for (float[] values = lines.next(); values != null; values = lines.next()) {
                if (values.length == 0) {
                    sequence = predictor.stream();
                    continue;
                }
                Answer answer = step(sequence, values, lines);
                if (sequence.steps() > trained && !warned) {
                    Messages.warn(line, lines.place() + "this is step " + sequence.steps()
                            + ", but the model was trained on sequences of " + trained);
                    warned = true;
                }
                print(line.getOut(), StepPrediction.of(sequence.steps(), answer, predictor.classNames()));
                if (line.getOut().checkError()) { // nobody reads on, but steps may come forever
                    return CommandLine.ExitCode.SOFTWARE;
                }
            }
            if (state != null) {
                byte[] last = sequence.state();
                AtomicFile.write(state, out -> out.write(last));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    private NumberLines lines() throws IOException {
        Path file = files.isEmpty() ? Path.of("-") : files.getFirst();
        if (file.equals(Path.of("-"))) {
            return new NumberLines("standard input", lines(System.in));
        }
        try {
            return new NumberLines(file.toString(), lines(Files.newInputStream(file)));
        } catch (IOException e) {
            throw new FileAccessException("read", file, e);
        }
    }

    private static BufferedReader lines(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    private static void restore(PredictionStream sequence, Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(sequence.state().length + 1); // one more, so that a longer file is noticed
        } catch (NoSuchFileException _) {
            return;
        } catch (IOException e) {
            throw new FileAccessException("read", file, e);
        }
        try {
            sequence.restore(bytes);
        } catch (RunException e) {
            throw new RunException(file + ": " + e.getMessage());
        }
    }

    private static Answer step(PredictionStream sequence, float[] values, NumberLines lines) {
        try {
            return sequence.step(values);
        } catch (RunException e) {
            throw new RunException(lines.place() + e.getMessage());
        }
    }

    private void print(PrintWriter out, StepPrediction prediction) {
        if (json) {
            out.println(Json.line(prediction));
        } else {
            out.printf(Locale.ROOT, "%d  %s  %.2f %%%n", prediction.step(), prediction.label(),
                    100 * prediction.probability());
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
