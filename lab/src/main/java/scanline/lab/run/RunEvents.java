package scanline.lab.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import scanline.data.image.Pictures;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.Durable;
import scanline.engine.file.FileAccessException;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Weights;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.format.EventLog;

/**
 * The events that TensorBoard shows of a run while it trains: the folder {@code events}, with one numbered file per
 * session. A session neither reads nor changes the files before it, so that the file of a session that was killed while
 * writing does no harm. A file starts by withdrawing all earlier events of later steps than the checkpoint has seen.
 */
public final class RunEvents implements AutoCloseable {
    // TensorBoard recognizes its files by the word tfevents, and reads them in the order of their names.
    private static final String FILE = "events.out.tfevents.";
    private static final Pattern SESSION = Pattern.compile(Pattern.quote(FILE) + "(?<session>\\d{6})");
    private static final String TEST = FILE + "test";
    static final String STEP_LOSS = "loss/step";
    private static final int EXAMPLES = 8;

    private final Path file;
    private final OutputStream out;
    private final EventLog log = new EventLog();

    private RunEvents(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /** Starts a new session after a step; 0 before the first. */
    public static RunEvents after(long step, Run run) throws IOException {
        Path folder = run.events();
        try {
            makeFolder(folder);
            Path file = folder.resolve(String.format(Locale.ROOT, "%s%06d", FILE, last(folder) + 1));
            // Not a channel: an interrupted thread, which may be saving its last state, could not write to one.
            RunEvents events = new RunEvents(file,
                    Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            Durable.forceFolder(folder);
            events.log.begin(step == 0 ? 0 : step + 1);
            return events;
        } catch (FileAccessException e) {
            throw e; // it already names the file
        } catch (IOException e) {
            throw new FileAccessException("write to", folder, e);
        }
    }

    private static void makeFolder(Path folder) throws IOException {
        // A link would lead out of the run's folder, which may come from a stranger.
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Durable.createFolder(folder);
        }
    }

    private static int last(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> SESSION.matcher(String.valueOf(file.getFileName()))).filter(Matcher::matches)
                    .mapToInt(name -> Integer.parseInt(name.group("session"))).max().orElse(0);
        }
    }

    /** Logs the first training pictures, as the model sees them before they are scanned. */
    public void examples(Experiment experiment) {
        Examples examples = experiment.examples(Split.TRAIN);
        Pictures pictures = examples.pictures();
        for (int i = 0; i < Math.min(EXAMPLES, examples.count()); i++) {
            byte[] pixels = pictures.alone(examples.number(i)).pixels();
            String labels = IntStream.of(pictures.answer(examples.number(i)))
                    .mapToObj(experiment.dataset().classNames()::get).collect(Collectors.joining(" "));
            log.image("examples/" + (i + 1) + " (" + labels + ")", 0, pixels, pictures.height(), pictures.width());
        }
    }

    /** Logs the loss of one step. */
    public void loss(long step, double loss) {
        log.scalar(STEP_LOSS, step, loss);
    }

    /** Logs the end of an epoch; the gradients are those of its last step, as they changed the weights. */
    public void epoch(Run.Epoch row, Weights weights) {
        log.scalar("loss/train", row.step(), row.trainLoss());
        log.scalar("accuracy/train", row.step(), row.trainAccuracy());
        if (!Double.isNaN(row.validationLoss())) {
            log.scalar("loss/validation", row.step(), row.validationLoss());
            log.scalar("accuracy/validation", row.step(), row.validationAccuracy());
        }
        log.scalar("training/rate", row.step(), row.rate());
        log.scalar("training/examplesPerSecond", row.step(), row.examplesPerSecond());
        for (Parameter parameter : weights.parameters()) {
            log.histogram("weights/" + parameter.name(), row.step(), parameter.values());
            if (parameter.needsGradient()) {
                log.histogram("gradients/" + parameter.name(), row.step(), parameter.gradients());
            }
        }
    }

    /** Writes the logged events to disk. */
    public void write() throws IOException {
        try {
            log.writeTo(out);
            Durable.force(file);
        } catch (IOException e) {
            throw new FileAccessException("write", file, e);
        }
    }

    @Override
    public void close() throws IOException {
        try (out) {
            write();
        }
    }

    /** Writes the result of a run to a separate file, which is replaced when a finished run is concluded again. */
    public static void write(Result result, Run run) throws IOException {
        EventLog log = new EventLog();
        log.scalar("test/loss", result.steps(), result.testLoss());
        log.scalar("test/accuracy", result.steps(), result.testAccuracy());
        result.testMeasures().forEach((name, value) -> log.scalar("test/" + name, result.steps(), value));
        makeFolder(run.events());
        AtomicFile.write(run.events().resolve(TEST), log::writeTo);
    }
}
