package scanline.data.canvas;

import java.util.Comparator;
import java.util.stream.IntStream;
import scanline.data.base.DataException;
import scanline.engine.random.RandomKey;

/** Draws the sets of labels of {@link ScatterPictures}, with the distribution documented there. */
final class LabelSets {
    private static final int COUNTED = 10_000;

    private final Canvas.Scatter canvas;
    // The label of each rank.
    private final int[] labels;
    // The weight of each rank.
    private final double[] weights;
    private final int scenes;

    /**
     * Creates sets of the labels from 0 to {@code classes - 1}.
     *
     * @param classes the number of labels
     * @throws DataException if a set may have more labels than there are
     */
    LabelSets(Canvas.Scatter canvas, int classes) {
        if (canvas.maxImages() > classes) {
            throw new DataException("data.canvas.maxImages is " + canvas.maxImages()
                    + ", but a picture shows each label at most once, and there are only " + classes + " labels");
        }
        this.canvas = canvas;
        labels = RandomKey.of(0, "scatter labels").permutation(classes);
        weights = IntStream.range(0, classes).mapToDouble(rank -> 1 / Math.sqrt(1 + rank)).toArray();
        scenes = Math.max(1, classes / 3);
    }

    /** Returns the labels of the picture with this key, in the order in which they are drawn. */
    int[] drawn(RandomKey own) {
        RandomKey together = own.purpose("together");
        RandomKey label = own.purpose("label");
        boolean[] used = new boolean[labels.length];
        int[] set = new int[canvas.minImages()
                + own.purpose("count").below(canvas.maxImages() - canvas.minImages() + 1, 0)];
        int scene = 0;
        for (int i = 0; i < set.length; i++) {
            boolean attracted = i > 0 && together.uniform(i) < canvas.cooccurrence()
                    && weight(used, scene, scenes) > 0;
            int rank = attracted
                    ? rank(label.uniform(i), used, scene, scenes)
                    : rank(label.uniform(i), used, 0, 1);
            if (i == 0) {
                scene = rank % scenes;
            }
            used[rank] = true;
            set[i] = labels[rank];
        }
        return set;
    }

    /** Returns all labels, the most frequent first. */
    int[] byFrequency() {
        int[] times = new int[labels.length];
        RandomKey counted = RandomKey.of(0, "scatter frequencies");
        for (int n = 0; n < COUNTED; n++) {
            for (int label : drawn(counted.at(n))) {
                times[label]++;
            }
        }
        // A stable sort: labels of the same frequency stay in the order of their numbers.
        return IntStream.range(0, labels.length).boxed()
                .sorted(Comparator.comparingInt((Integer label) -> times[label]).reversed())
                .mapToInt(Integer::intValue).toArray();
    }

    /** Returns the total weight of the unused labels among every n-th rank, starting at the first. */
    private double weight(boolean[] used, int first, int every) {
        double weight = 0;
        for (int rank = first; rank < used.length; rank += every) {
            weight += used[rank] ? 0 : weights[rank];
        }
        return weight;
    }

    /**
     * Returns the unused rank, among every n-th rank from the first, that a uniform random number selects by weight.
     */
    private int rank(double uniform, boolean[] used, int first, int every) {
        double rest = uniform * weight(used, first, every);
        int picked = first;
        for (int rank = first; rank < used.length && rest >= 0; rank += every) {
            if (!used[rank]) {
                picked = rank;
                rest -= weights[rank];
            }
        }
        return picked;
    }
}
