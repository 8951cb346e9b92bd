package scanline.lab.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import scanline.engine.nn.Recurrent;
import scanline.engine.tensor.Tensor;

/** A network that gives a number for each class at once. */
@FunctionalInterface
public non-sealed interface Classifier extends Network {
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

    /**
     * What this network could classify by after each step; nothing where what it classifies by is not a state that a step
     * leaves behind.
     *
     * @param x [T, B, F]
     */
    default Optional<Stepwise> stepwise(Tensor x) {
        return Optional.empty();
    }

    /**
     * What goes on in its recurrent layers, from the first to the last; empty where a model has none.
     *
     * @param x [T, B, F]
     */
    default List<Recurrent.Layer> layers(Tensor x) {
        return List.of();
    }

    /** This network with something behind its outputs. */
    default Classifier then(UnaryOperator<Tensor> last) {
        Classifier first = this;
        return new Classifier() {
            @Override
            public Tensor forward(Tensor x) {
                return last.apply(first.forward(x));
            }

            @Override
            public Optional<Attention> attention(Tensor x) {
                return first.attention(x);
            }

            @Override
            public List<Recurrent.Layer> layers(Tensor x) {
                return first.layers(x);
            }

            @Override
            public List<FeatureMaps> featureMaps(Tensor x) {
                return first.featureMaps(x);
            }

            @Override
            public Optional<Stepwise> stepwise(Tensor x) {
                return first.stepwise(x)
                        .map(steps -> new Stepwise(steps.states(), state -> last.apply(steps.head().apply(state))));
            }
        };
    }

    /**
     * The weights of attention, block by block.
     *
     * @param readout what of the last block's output is classified
     * @param blocks [B heads, T, T] each, the heads of an example behind each other: how much each step (row) takes of each
     *     (column); where a class token goes first, T counts it
     */
    record Attention(Readout readout, List<Tensor> blocks) {}

    /**
     * The states behind each step. What {@code head} makes of that of the last step is what {@link #forward} gives; what it
     * makes of another is what it would give if the sequence ended there.
     *
     * @param states [T, B, H]
     * @param head of a state, [B, H], to logits, [B, C]
     */
    record Stepwise(Tensor states, UnaryOperator<Tensor> head) {}

    /** What stands for a whole sequence. */
    enum Readout {
        /** A learned token in front of the steps, which is none of them. */
        CLASS_TOKEN,
        /** The first step. */
        FIRST_STEP,
        /** The mean of all steps. */
        MEAN
    }
}
