package scanline.bench.peer;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Readout;
import scanline.engine.nn.RecurrentInitializer;
import scanline.engine.nn.SequenceBlock.Gate;
import scanline.engine.nn.SequenceBlock.Gelu;
import scanline.engine.nn.SequenceBlock.Norm;
import scanline.engine.optim.Sgd;
import scanline.lab.model.LayerKind;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;
import scanline.lab.model.SequenceModel;

/**
 * A point at which {@link Growth} measures a training step.
 *
 * @param layer the kind of the layers, by its name in recipes
 * @param steps T
 * @param features F
 * @param hidden H
 * @param batch B
 * @param layers the number of stacked layers
 */
record GrowthPoint(String layer, int steps, int features, int hidden, int batch, int layers) {
    /** The number of classes. */
    static final int CLASSES = 10;
    /** The update rule of the weights. */
    static final Sgd RULE = new Sgd(0.01, 0, false, 0);

    // Layers that keep the values of all steps in many places: their batches are smaller.
    private static final Map<String, LayerKind> BLOCKS = new TreeMap<>(Map.of("s5", LayerKind.S5.DEFAULT, "lru",
            LayerKind.Lru.DEFAULT, "s4d", LayerKind.S4d.DEFAULT, "mingru", LayerKind.MinGru.DEFAULT, "minlstm",
            LayerKind.MinLstm.DEFAULT));
    private static final Set<CellKind> OF_PYTORCH = Set.of(CellKind.RNN_TANH, CellKind.RNN_RELU, CellKind.LSTM,
            CellKind.GRU);

    /** Returns the names of the layers that both sides have. */
    static List<String> names() {
        return Stream
                .concat(Stream.of(CellKind.values()).filter(kind -> kind != CellKind.UR_LSTM).map(GrowthPoint::name),
                        BLOCKS.keySet().stream())
                .toList();
    }

    /** The point from which one size at a time grows. */
    static GrowthPoint base(String layer) {
        return new GrowthPoint(layer, 784, 1, 128, isOfPyTorch(layer) ? 100 : 8, 1);
    }

    private static boolean isOfPyTorch(String layer) {
        return OF_PYTORCH.stream().anyMatch(kind -> name(kind).equals(layer));
    }

    /** Returns the point that the {@link #words()} describe. */
    static GrowthPoint of(List<String> words) {
        List<Integer> sizes = words.subList(1, words.size()).stream().map(Integer::valueOf).toList();
        return new GrowthPoint(words.getFirst(), sizes.get(0), sizes.get(1), sizes.get(2), sizes.get(3), sizes.get(4));
    }

    private static String name(CellKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** The lengths of sequences to measure. */
    List<Integer> lengths() {
        return isOfPyTorch(layer) ? List.of(28, 112, 392, 784, 1568, 3136) : List.of(784, 1568, 3136, 6272, 16_384);
    }

    /** The sizes of batches to measure. */
    List<Integer> batches() {
        return isOfPyTorch(layer) ? List.of(1, 4, 16, 32, 100, 256, 512) : List.of(1, 4, 8, 16, 32, 100);
    }

    /**
     * The network: recurrent layers and a linear map of their last state, or blocks as those of S5, without dropout, and a
     * linear map of their mean.
     */
    Model model() {
        LayerKind block = BLOCKS.get(layer);
        if (block != null) {
            return new SequenceModel(block, hidden, layers, Norm.BATCH, true, 0.05, Gelu.TANH, Gate.HALF, 0,
                    Readout.MEAN, Initializer.LECUN);
        }
        return new RecurrentModel(CellKind.valueOf(layer.toUpperCase(Locale.ROOT)), Optional.empty(), hidden, layers, 0,
                false, false, false, false, RecurrentInitializer.DEFAULT, Readout.LAST);
    }

    /** The point as words of a command line. */
    List<String> words() {
        return Stream.concat(Stream.of(layer),
                IntStream.of(steps, features, hidden, batch, layers).mapToObj(Integer::toString)).toList();
    }

    /** Its title in messages. */
    String title() {
        return layer + " T " + steps + ", F " + features + ", H " + hidden + ", B " + batch + ", layers " + layers;
    }
}
