package scanline.lab.canvas;

import java.util.Comparator;
import java.util.stream.IntStream;
import scanline.engine.random.RandomKey;
import scanline.lab.base.DataException;

/** The sets of labels that {@link ScatterPictures} show, drawn by the law that stands there. */
final class LabelSets {
    private static final int COUNTED = 10_000;

    private final Canvas.Scatter canvas;
    // The labels by their rank.
    private final int[] labels;
    // The weight of each rank.
    private final double[] weights;
    private final int scenes;

    /**
     * Sets of some labels.
     *
     * @param classes how many labels there are
     * @throws DataException if a set may have more labels than there are
     */
    LabelSets(Canvas.Scatter canvas, int classes) {
        if (canvas.most() > classes) {
            throw new DataException("data.canvas.most is " + canvas.most()
                    + ", but a picture shows a label only once, and there are only " + classes);
        }
        this.canvas = canvas;
        labels = RandomKey.of(0, "scatter labels").permutation(classes);
        weights = IntStream.range(0, classes).mapToDouble(rank -> 1 / Math.sqrt(1 + rank)).toArray();
        scenes = Math.max(1, classes / 3);
    }

    /** The labels of the picture whose own key this is, in the order in which they are drawn. */
    int[] drawn(RandomKey own) {
        RandomKey together = own.purpose("together");
        RandomKey label = own.purpose("label");
        boolean[] taken = new boolean[labels.length];
        int[] set = new int[canvas.least() + own.purpose("count").below(canvas.most() - canvas.least() + 1, 0)];
        int scene = 0;
        for (int i = 0; i < set.length; i++) {
            boolean attracted = i > 0 && together.uniform(i) < canvas.cooccurrence()
                    && weight(taken, scene, scenes) > 0;
            int rank = attracted
                    ? rank(label.uniform(i), taken, scene, scenes)
                    : rank(label.uniform(i), taken, 0, 1);
            if (i == 0) {
                scene = rank % scenes;
            }
            taken[rank] = true;
            set[i] = labels[rank];
        }
        return set;
    }

    /** All labels, the most frequent first. */
    int[] byFrequency() {
        int[] times = new int[labels.length];
        RandomKey counted = RandomKey.of(0, "scatter frequencies");
        for (int n = 0; n < COUNTED; n++) {
            for (int label : drawn(counted.at(n))) {
                times[label]++;
            }
        }
        // A stable sort: labels that are as frequent stay in the order of their numbers.
        return IntStream.range(0, labels.length).boxed()
                .sorted(Comparator.comparingInt((Integer label) -> times[label]).reversed())
                .mapToInt(Integer::intValue).toArray();
    }

    /** The weight of what is not taken of every so-many-th rank. */
    private double weight(boolean[] taken, int first, int every) {
        double weight = 0;
        for (int rank = first; rank < taken.length; rank += every) {
            weight += taken[rank] ? 0 : weights[rank];
        }
        return weight;
    }

    /** The rank, of those that are not taken of every so-many-th, that a uniform number picks. */
    private int rank(double uniform, boolean[] taken, int first, int every) {
        double rest = uniform * weight(taken, first, every);
        int picked = first;
        for (int rank = first; rank < taken.length && rest >= 0; rank += every) {
            if (!taken[rank]) {
                picked = rank;
                rest -= weights[rank];
            }
        }
        return picked;
    }
}
