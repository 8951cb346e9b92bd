package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

import scanline.lab.format.EventReader;
import scanline.lab.format.EventReader.Event;
import scanline.lab.format.Histogram;

/**
 * The history of training in the events of a run: losses between the epochs' rows of {@code metrics.csv}, and the
 * distributions of weights and gradients. Long lists are thinned out evenly.
 *
 * @param losses the losses of single steps, in order
 * @param histograms the distributions at the ends of epochs, in order, by what they describe, such as
 *     {@code weights/fc.bias}
 */
public record History(List<Loss> losses, Map<String, List<Distribution>> histograms) {
    private static final int MOST_LOSSES = 2000;
    private static final int MOST_HISTOGRAMS = 24;
    private static final int LARGEST_HISTOGRAM_BYTES = 32 << 10;
    private static final int MOST_TAGS = 1000;

    /** The mean loss of the batch of a step. */
    public record Loss(long step, double loss) {}

    /**
     * The distribution of numbers after a step.
     *
     * @param min the smallest number
     * @param max the largest
     * @param limits the upper limit of each bucket, in ascending order
     * @param counts the number of values in each bucket
     */
    public record Distribution(long step, double min, double max, double[] limits, double[] counts) {}

    /**
     * An evenly thinned list: it keeps one of every {@code stride} values, and doubles the stride whenever it would
     * become too long.
     */
    private static final class Thinned<T> {
        private final int most;
        private final List<T> kept = new ArrayList<>();
        private int stride = 1;
        private int seen;

        Thinned(int most) {
            this.most = most;
        }

        void add(T value) {
            if (seen++ % stride == 0) {
                kept.add(value);
            }
            if (kept.size() == most) {
                for (int i = kept.size() - 1; i > 0; i -= 2) {
                    kept.remove(i);
                }
                stride *= 2;
            }
        }
    }

    /** Reads only the losses of single steps, which takes far less memory. */
    public static List<Loss> losses(Run run) throws IOException {
        return read(run, false).losses;
    }

    /** Reads the events of a run; those that are damaged or still being written are left out. */
    public static History of(Run run) throws IOException {
        return read(run, true);
    }

    private static History read(Run run, boolean withHistograms) throws IOException {
        Thinned<Event> losses = new Thinned<>(MOST_LOSSES);
        Map<String, Thinned<Event>> histograms = new TreeMap<>();
        for (Path file : files(run)) {
            EventReader.read(file, event -> {
                switch (event.kind()) {
                    case START -> {
                        losses.kept.removeIf(before -> before.step() >= event.step());
                        histograms.values()
                                .forEach(list -> list.kept.removeIf(before -> before.step() >= event.step()));
                    }
                    case SCALAR -> {
                        if (event.tag().equals(RunEvents.STEP_LOSS)) {
                            losses.add(event);
                        }
                    }
                    case HISTOGRAM -> {
                        if (withHistograms && event.content().length <= LARGEST_HISTOGRAM_BYTES
                                && (histograms.size() < MOST_TAGS || histograms.containsKey(event.tag()))) {
                            histograms.computeIfAbsent(event.tag(), _ -> new Thinned<>(MOST_HISTOGRAMS)).add(event);
                        }
                    }
                    default -> {
                        // not needed here
                    }
                }
            });
        }
        Map<String, List<Distribution>> distributions = new TreeMap<>();
        histograms.forEach((tag, events) -> distributions.put(tag,
                events.kept.stream().flatMap(event -> distribution(event).stream()).toList()));
        return new History(losses.kept.stream().map(event -> new Loss(event.step(), event.value())).toList(),
                distributions);
    }

    private static Optional<Distribution> distribution(Event event) {
        try {
            Histogram histogram = event.histogram();
            return histogram.limits().length == histogram.buckets().length
                    ? Optional.of(new Distribution(event.step(), histogram.min(), histogram.max(), histogram.limits(),
                            histogram.buckets()))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static List<Path> files(Run run) throws IOException {
        if (!Files.isDirectory(run.events())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(run.events())) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
