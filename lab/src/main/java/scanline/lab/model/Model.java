package scanline.lab.model;

import java.util.List;

import scanline.engine.tensor.Weights;

/**
 * What a recipe says of its model: a record of hyperparameters that builds the network. A new model is a new public record
 * in this package, named {@code ...Model}, with a constant {@code DEFAULT}; the recipe's {@code model} key finds it by its
 * name in lower case, and each of its components is a key below that.
 */
public interface Model {
    /** Makes the parameters, and what computes with them. */
    Network build(Weights weights, Input input);

    /** The layers in their order, for {@code explain}. */
    List<Layer> layers(Input input);

    /** Which of its keys change nothing beside the others, and why: a line for each. */
    default List<String> withoutEffect() {
        return List.of();
    }

    /**
     * What the model reads and tells apart.
     *
     * @param steps length of a sequence
     * @param features numbers a step
     * @param classes classes to tell apart
     * @param longest labels of the longest answer
     */
    record Input(int steps, int features, int classes, int longest) {}

    /**
     * One layer.
     *
     * @param name the name that its parameters begin with
     * @param formula what it computes
     * @param what what it is
     * @param output the shape of its output, without the batch
     * @param parameters how many numbers it learns
     * @param flops floating-point operations of its products for one example, forward; backward takes about twice as many
     */
    record Layer(String name, Formula formula, String what, String output, long parameters, long flops) {}
}
