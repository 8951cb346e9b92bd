package scanline.lab.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import scanline.engine.tensor.Tensor;
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

    /**
     * What the model reads and tells apart.
     *
     * @param steps length of a sequence
     * @param features numbers a step
     * @param classes classes to tell apart
     */
    record Input(int steps, int features, int classes) {}

    /** A built model. */
    @FunctionalInterface
    interface Network {
        /**
         * Classifies sequences.
         *
         * @param x [T, B, F]
         * @return logits, [B, C]
         */
        Tensor forward(Tensor x);

        /**
         * How much each step takes of each other while sequences are classified; nothing where a model does not attend.
         *
         * @param x [T, B, F]
         */
        default Optional<Attention> attention(Tensor x) {
            return Optional.empty();
        }

        /** This network with something behind its outputs. */
        default Network then(UnaryOperator<Tensor> last) {
            Network first = this;
            return new Network() {
                @Override
                public Tensor forward(Tensor x) {
                    return last.apply(first.forward(x));
                }

                @Override
                public Optional<Attention> attention(Tensor x) {
                    return first.attention(x);
                }
            };
        }
    }

    /**
     * The weights of attention, block by block.
     *
     * @param readout what of the last block's output is classified
     * @param blocks [B heads, T, T] each, the heads of an example behind each other: how much each step (row) takes of each
     *     (column); where a class token goes first, T counts it
     */
    record Attention(Readout readout, List<Tensor> blocks) {}

    /** What stands for a whole sequence. */
    enum Readout {
        /** A learned token in front of the steps, which is none of them. */
        CLASS_TOKEN,
        /** The first step. */
        FIRST_STEP,
        /** The mean of all steps. */
        MEAN
    }

    /**
     * One layer.
     *
     * @param name the name that its parameters begin with
     * @param what what it is
     * @param output the shape of its output, without the batch
     * @param parameters how many numbers it learns
     * @param flops floating-point operations of its products for one example, forward; backward takes about twice as many
     */
    record Layer(String name, String what, String output, long parameters, long flops) {}
}
