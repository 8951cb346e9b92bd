package scanline.lab.model;

import java.util.List;

import scanline.engine.tensor.Weights;

/**
 * The model of a recipe: a record of hyperparameters that builds the network. A new model is a new public record in
 * this package, named {@code ...Model}, with a constant {@code DEFAULT}. The recipe's {@code model} key finds it by its
 * name in lower case, and each of its components is a key below that. A {@link scanline.data.plugin.Plugin} adds a model
 * from outside.
 */
public interface Model {
    /** Creates the parameters and the network that computes with them. */
    Network build(Weights weights, Input input);

    /** Returns a line for each key that has no effect, given the other keys, with the reason. */
    default List<String> withoutEffect() {
        return List.of();
    }

    /**
     * The sizes of what a model reads and predicts.
     *
     * @param steps length of a sequence
     * @param features numbers per step
     * @param classes number of classes
     * @param longest number of labels in the longest answer
     */
    record Input(int steps, int features, int classes, int longest) {}
}
