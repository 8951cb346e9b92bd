package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import scanline.lab.image.ImageSet;
import scanline.lab.image.Pictures;
import scanline.lab.studio.http.Refusal;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.run.TrainedOn;

/**
 * What the best weights of a run say of every picture of a split, computed once, on a thread of its own while the page waits: the
 * test pictures of a run that has ended, else those held out for validation, as nobody is to choose by the test pictures.
 */
final class Evaluated implements AutoCloseable {
    private static final int MOST_SHOWN = 60;

    private final long written;
    private final boolean finished;
    private final Thread thread;
    private volatile int done;
    private volatile int total;
    private volatile @Nullable Findings findings;
    private volatile @Nullable String failure;
    private volatile boolean closed;

    /** An answer; {@code picture} is where its picture is among those that are kept. */
    private record Example(int number, int picture, int[] truth, int[] answer, double probability) {
        boolean isRight() {
            return Arrays.equals(truth, answer);
        }
    }

    /** What came of it. */
    private record Findings(Split split, Pictures pictures, List<String> classes, List<Example> examples) {}

    /** Stops an evaluation. */
    private static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    Evaluated(Run run) throws IOException {
        written = Files.getLastModifiedTime(run.best()).toMillis();
        finished = run.isFinished();
        thread = Thread.ofPlatform().daemon().name("studio evaluation").start(() -> evaluate(run));
    }

    /** Whether it is of the weights that the run has now, and of the pictures that may be looked at. */
    boolean isOf(Run run) throws IOException {
        return written == Files.getLastModifiedTime(run.best()).toMillis() && finished == run.isFinished();
    }

    private void evaluate(Run run) {
        try (Trained trained = Trained.open(run.folder().toString(), null, List.of(), 1)) {
            Experiment experiment = trained.experiment();
            Split split = finished ? Split.TEST : Split.VALIDATION;
            TrainedOn.of(trained, split, List.of()); // refuses data that have changed
            Examples all = experiment.examples(split);
            total = all.count();
            List<Example> examples = new ArrayList<>();
            Evaluation.of(experiment, all, (number, truth, answer) -> {
                if (closed) {
                    throw new Closed();
                }
                examples.add(new Example(number, number, truth, answer.labels(), answer.probability()));
                done = examples.size();
            });
            findings = kept(
                    new Findings(split, all.pictures(), experiment.dataset().classNames(), examples));
        } catch (Closed _) {
            // nobody waits
        } catch (OutOfMemoryError _) {
            failure = "there was not enough memory to evaluate this run";
        } catch (IOException | RuntimeException e) {
            failure = String.valueOf(e.getMessage());
        }
    }

    /** Images for validation are some of those for training: these alone are kept, and not all. */
    private static Findings kept(Findings found) {
        if (!(found.pictures instanceof ImageSet images) || found.split == Split.TEST) {
            return found;
        }
        int pixels = images.imagePixels();
        byte[] some = new byte[found.examples.size() * pixels];
        List<Example> examples = new ArrayList<>();
        for (Example example : found.examples) {
            images.draw(example.number, some, examples.size() * pixels);
            examples.add(
                    new Example(example.number, examples.size(), example.truth, example.answer, example.probability));
        }
        return new Findings(found.split,
                new ImageSet(images.height(), images.width(), some, new byte[examples.size()], images.classes()),
                found.classes, examples);
    }

    /**
     * Pictures that are worth a look, or how far it is.
     *
     * @param kind mistakes, the surest first; unsure, the least sure first; or cell, a cell of the confusion matrix
     */
    Map<String, Object> examples(String kind, int truth, int taken) {
        String why = failure;
        if (why != null) {
            throw new Refusal(422, why);
        }
        Findings found = findings;
        if (found == null) {
            return Map.of("progress", total == 0 ? 0.0 : (double) done / total);
        }
        Comparator<Example> bySureness = Comparator.comparingDouble(Example::probability);
        return switch (kind) {
            case "mistakes" -> json(found, example -> !example.isRight(), bySureness.reversed());
            case "unsure" -> json(found, _ -> true, bySureness);
            case "cell" -> json(found, example -> example.truth.length == 1 && example.answer.length == 1
                    && example.truth[0] == truth && example.answer[0] == taken, bySureness.reversed());
            default -> throw new Refusal(400, "kind must be mistakes, unsure or cell");
        };
    }

    private static Map<String, Object> json(Findings found, Predicate<Example> which, Comparator<Example> order) {
        List<Example> all = found.examples.stream().filter(which).toList();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("split", found.split);
        json.put("height", found.pictures.height());
        json.put("width", found.pictures.width());
        json.put("total", all.size());
        json.put("examples", all.stream().sorted(order.thenComparingInt(Example::number)).limit(MOST_SHOWN)
                .map(example -> example(found, example)).toList());
        return json;
    }

    private static Map<String, Object> example(Findings found, Example example) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("number", example.number);
        json.put("truth", names(found.classes, example.truth));
        json.put("answer", names(found.classes, example.answer));
        json.put("probability", example.probability);
        json.put("right", example.isRight());
        json.put("pixels", pixels(found.pictures, example.picture));
        return json;
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
