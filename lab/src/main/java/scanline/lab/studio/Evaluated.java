package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.http.Refusal;
import scanline.lab.insight.Findings;
import scanline.lab.insight.Findings.Example;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.run.TrainedOn;

/**
 * The predictions of a run's best weights for every image of a split, computed once on a thread of its own while the page waits.
 * The split is the test set if the run has finished, and the validation set otherwise, because nobody should make choices based on
 * the test set.
 */
final class Evaluated implements AutoCloseable {
    private static final int MOST_SHOWN = 60;

    private final long written;
    private final boolean finished;
    private final Thread thread;
    private volatile int done;
    private volatile int total;
    private volatile @Nullable Found found;
    private volatile @Nullable String failure;
    private volatile boolean closed;

    /**
     * The result.
     *
     * @param pictures the images of the examples
     * @param numbers the example number of each image, ascending
     */
    private record Found(Findings findings, Pictures pictures, int[] numbers, List<String> classes) {}

    /** Thrown to stop an evaluation. */
    private static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    Evaluated(Run run) throws IOException {
        written = Files.getLastModifiedTime(run.best()).toMillis();
        finished = run.isFinished();
        thread = Thread.ofPlatform().daemon().name("studio evaluation").start(() -> evaluate(run));
    }

    /** Whether this evaluation is of the current weights of the run, and of the split that its state allows. */
    boolean isOf(Run run) throws IOException {
        return written == Files.getLastModifiedTime(run.best()).toMillis() && finished == run.isFinished();
    }

    private void evaluate(Run run) {
        try (Trained trained = Trained.open(run.folder().toString(), null, List.of(), Compute.with(1))) {
            Experiment experiment = trained.experiment();
            Split split = finished ? Split.TEST : Split.VALIDATION;
            TrainedOn.of(trained, split, List.of()); // refuses data that has changed
            Examples all = experiment.examples(split);
            total = all.count();
            Findings findings = new Findings(experiment, split);
            Evaluation.of(experiment, all, (number, target, answer) -> {
                if (closed) {
                    throw new Closed();
                }
                findings.example(number, target, answer);
                done = findings.examples();
            });
            found = new Found(findings, split == Split.TEST ? all.pictures() : alone(all), all.numbers(),
                    experiment.dataset().classNames());
        } catch (Closed _) {
            // the result is no longer wanted
        } catch (OutOfMemoryError _) {
            failure = "not enough memory to evaluate this run";
        } catch (IOException | RuntimeException e) {
            failure = String.valueOf(e.getMessage());
        }
    }

    /** Copies the validation images out of the training images, so that the others need not stay in memory. */
    private static Pictures alone(Examples examples) {
        if (!(examples.pictures() instanceof ImageSet images)) {
            return examples.pictures();
        }
        byte[] pixels = new byte[examples.count() * images.imagePixels()];
        for (int i = 0; i < examples.count(); i++) {
            images.draw(examples.number(i), pixels, i * images.imagePixels());
        }
        return new ImageSet(images.height(), images.width(), pixels, new byte[examples.count()], images.classes());
    }

    /**
     * Examples worth a look, or the progress of the evaluation.
     *
     * @param kind mistakes, the most confident first; unsure, the least confident first; or cell, a cell of the confusion matrix
     * @param target the true class of a cell
     * @param predicted the predicted class of a cell
     * @return JSON for the page
     * @throws Refusal if the evaluation failed, or the kind is unknown
     */
    Map<String, Object> examples(String kind, int target, int predicted) {
        String why = failure;
        if (why != null) {
            throw new Refusal(422, why);
        }
        Found known = found;
        if (known == null) {
            return Map.of("progress", total == 0 ? 0.0 : (double) done / total);
        }
        Findings findings = known.findings;
        List<Example> all = switch (kind) {
            case "mistakes" -> findings.mistakes();
            case "unsure" -> findings.unsure();
            case "cell" -> findings.cell(target, predicted);
            default -> throw new Refusal(400, "kind must be mistakes, unsure or cell");
        };
        return Map.of("split", findings.split(), "height", known.pictures.height(), "width", known.pictures.width(),
                "total", all.size(), "examples",
                all.stream().limit(MOST_SHOWN).map(example -> example(known, example)).toList());
    }

    private static Map<String, Object> example(Found found, Example example) {
        return Map.of("number", example.number(), "truth", names(found.classes, example.target()), "answer",
                names(found.classes, example.answer()), "probability", example.probability(), "correct",
                example.correct(), "pixels",
                pixels(found.pictures, Arrays.binarySearch(found.numbers, example.number())));
    }

    static List<String> names(List<String> classes, int[] labels) {
        return IntStream.of(labels).mapToObj(classes::get).toList();
    }

    static String pixels(Pictures pictures, int number) {
        return ReadingJson.base64(pictures.alone(number).pixels());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
