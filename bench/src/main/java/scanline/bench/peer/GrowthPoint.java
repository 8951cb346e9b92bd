package scanline.bench.peer;

import java.util.List;
import scanline.engine.geometry.CellKind;
import scanline.engine.optim.Sgd;

/**
 * A point at which {@link Growth} measures a training step.
 *
 * @param cell the kind of the layers
 * @param steps T
 * @param features F
 * @param hidden H
 * @param batch B
 * @param layers the number of stacked layers
 */
record GrowthPoint(CellKind cell, int steps, int features, int hidden, int batch, int layers) {
    /** The number of classes to which the last step is mapped. */
    static final int CLASSES = 10;
    /** The update rule of the weights. */
    static final Sgd RULE = new Sgd(0.01, 0, false, 0);

    /** The point from which one dimension at a time grows. */
    static GrowthPoint base(CellKind cell) {
        return new GrowthPoint(cell, 784, 1, 128, 100, 1);
    }

    /** Returns the point that the {@link #words()} describe. */
    static GrowthPoint of(List<String> words) {
        List<Integer> sizes = words.subList(1, words.size()).stream().map(Integer::valueOf).toList();
        return new GrowthPoint(CellKind.valueOf(words.getFirst()), sizes.get(0), sizes.get(1), sizes.get(2),
                sizes.get(3), sizes.get(4));
    }

    /** The point as words of a command line. */
    List<String> words() {
        return List.of(cell.name(), Integer.toString(steps), Integer.toString(features), Integer.toString(hidden),
                Integer.toString(batch), Integer.toString(layers));
    }

    /** Its title in messages. */
    String title() {
        return cell + " T " + steps + ", F " + features + ", H " + hidden + ", B " + batch + ", layers " + layers;
    }
}
