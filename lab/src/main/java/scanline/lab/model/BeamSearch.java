package scanline.lab.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import scanline.engine.tensor.Tensor;
import scanline.lab.model.Autoregressive.Decoding;

/**
 * Beam search for the answers of highest probability, the product of the probabilities of their words (Graves 2012,
 * arXiv 1211.3711; Sutskever et al. 2014, section 3.2). Of all answers that are one word longer, the best few are
 * followed, until the best finished answer is at least as probable as the best that may still grow, because growing
 * only lowers the probability. With one path this is greedy decoding. Probabilities are not normalized by length.
 */
public final class BeamSearch {
    private final Autoregressive network;
    private final int labels;
    private final int longest;
    private final boolean distinct;

    /**
     * An answer.
     *
     * @param labels the labels in the order in which they were found
     * @param probability the probability of the whole answer, including its end
     * @param scores for each label, the highest probability that it had at any step of this answer
     */
    public record Found(int[] labels, double probability, double[] scores) {}

    /**
     * A path that was followed.
     *
     * @param labels the labels in the order in which they were found
     * @param logProbability natural logarithm of the probability of the path so far
     * @param ended whether the end was found after the labels
     */
    public record Followed(int[] labels, double logProbability, boolean ended) {}

    /** Receives the paths that are followed. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Receives the paths of an image after each word.
         *
         * @param picture the number of the image
         * @param paths the best first; those that have ended are not followed further
         */
        void kept(int picture, List<Followed> paths);
    }

    /** A path: the words after the start, without the end, and the number that the decoding knows it by. */
    private record Path(int[] labels, double logProbability, double[] scores, int number) {}

    /**
     * Creates a search.
     *
     * @param labels the number of labels
     * @param longest the number of labels in the longest answer: after that many, only the end can follow
     * @param distinct whether no label occurs twice
     */
    public BeamSearch(Autoregressive network, int labels, int longest, boolean distinct) {
        this.network = network;
        this.labels = labels;
        this.longest = longest;
        this.distinct = distinct;
    }

    /** Returns the best answer for each image of {@code encoded}, [S, B, W]. */
    public List<Found> search(Tensor encoded) {
        return search(encoded, (_, _) -> {});
    }

    /** Returns the same, and reports the followed paths to {@code listener}. */
    public List<Found> search(Tensor encoded, Listener listener) {
        int pictures = encoded.shape().size(1);
        Decoding decoding = network.decode(encoded);
        List<List<Path>> growing = new ArrayList<>();
        Path[] finished = new Path[pictures];
        for (int b = 0; b < pictures; b++) {
            growing.add(List.of(new Path(new int[0], 0, new double[labels], b)));
        }
        while (growing.stream().anyMatch(paths -> !paths.isEmpty())) {
            List<Path> all = growing.stream().flatMap(List::stream).toList();
            Tensor logits = decoding.next(all.stream().mapToInt(Path::number).toArray(),
                    all.stream().mapToInt(this::last).toArray());
            float[] values = logits.values();
            int words = logits.shape().size(1);
            int first = 0;
            for (int b = 0; b < pictures; b++) {
                List<Path> paths = growing.get(b);
                growing.set(b, grow(paths, first, values, words, finished, b, listener));
                first += paths.size();
            }
        }
        return Arrays.stream(finished)
                .map(path -> new Found(path.labels, StrictMath.exp(path.logProbability), path.scores)).toList();
    }

    private int last(Path path) {
        return path.labels.length == 0 ? network.start() : path.labels[path.labels.length - 1];
    }

    /**
     * Extends the paths of an image, whose logits start at row {@code first}, by one word, and returns those that may
     * still grow.
     */
    private List<Path> grow(List<Path> paths, int first, float[] logits, int words, Path[] finished, int picture,
            Listener listener) {
        List<Path> longer = new ArrayList<>();
        List<Path> ended = new ArrayList<>();
        for (int p = 0; p < paths.size(); p++) {
            double[] log = logSoftmax(logits, (first + p) * words, words);
            Path path = paths.get(p);
            double[] scores = path.scores.clone();
            for (int label = 0; label < labels; label++) {
                scores[label] = Math.max(scores[label], StrictMath.exp(log[label]));
            }
            ended.add(new Path(path.labels, path.logProbability + log[network.end()], scores, -1));
            int number = first + p;
            IntStream.range(0, path.labels.length < longest ? labels : 0).filter(label -> allowed(path, label))
                    .forEach(label -> longer.add(new Path(with(path.labels, label),
                            path.logProbability + log[label], scores, number)));
        }
        List<Path> best = new ArrayList<>(ended);
        best.addAll(longer);
        best.sort(Comparator.comparingDouble(Path::logProbability).reversed()); // stable: the first among equals
        List<Path> kept = best.subList(0, Math.min(network.beamWidth(), best.size()));
        if (!paths.isEmpty()) {
            listener.kept(picture, kept.stream()
                    .map(path -> new Followed(path.labels, path.logProbability, path.number < 0)).toList());
        }
        for (Path path : kept) {
            if (path.number < 0
                    && (finished[picture] == null || path.logProbability > finished[picture].logProbability)) {
                finished[picture] = path;
            }
        }
        Path done = finished[picture];
        return kept.stream()
                .filter(path -> path.number >= 0 && (done == null || path.logProbability > done.logProbability))
                .toList();
    }

    private boolean allowed(Path path, int label) {
        return !distinct || IntStream.of(path.labels).noneMatch(other -> other == label);
    }

    private static int[] with(int[] labels, int label) {
        int[] longer = Arrays.copyOf(labels, labels.length + 1);
        longer[labels.length] = label;
        return longer;
    }

    private static double[] logSoftmax(float[] logits, int at, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, logits[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += StrictMath.exp(logits[at + i] - max);
        }
        double log = max + StrictMath.log(sum);
        return IntStream.range(0, n).mapToDouble(i -> logits[at + i] - log).toArray();
    }
}
