package scanline.lab.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

import scanline.engine.nn.DiagonalLayer;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.SequenceStack;
import scanline.engine.nn.StepModel;
import scanline.engine.tensor.Tensor;

/** A network that scores all classes at once. */
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
     * Returns how much each step attends to each other step while sequences are classified; empty if the model does not
     * attend.
     *
     * @param x [T, B, F]
     */
    default Optional<Attention> attention(Tensor x) {
        return Optional.empty();
    }

    /**
     * Returns what this network could classify by after each step; empty if it does not classify by the state after a
     * step.
     *
     * @param x [T, B, F]
     */
    default Optional<Stepwise> stepwise(Tensor x) {
        return Optional.empty();
    }

    /** Returns this network as a model that reads one step at a time; empty if it needs the whole sequence. */
    default Optional<StepModel> steps() {
        return Optional.empty();
    }

    /**
     * Returns the traces of its recurrent layers, from first to last; empty if the model has none.
     *
     * @param x [T, B, F]
     */
    default List<Recurrent.Layer> layers(Tensor x) {
        return List.of();
    }

    /**
     * Returns the layers that mix the steps of a deep sequence model, from first to last; empty if the model has none.
     *
     * @param x [T, B, F]
     */
    default List<SequenceStack.Traced> sequenceLayers(Tensor x) {
        return List.of();
    }

    /** Returns the layers whose states have eigenvalues, by name, from first to last; empty if the model has none. */
    default Map<String, DiagonalLayer> diagonalLayers() {
        return Map.of();
    }

    /** Returns this network with {@code last} applied to its outputs. */
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
            public int evaluationBatch() {
                return first.evaluationBatch();
            }

            @Override
            public List<SequenceStack.Traced> sequenceLayers(Tensor x) {
                return first.sequenceLayers(x);
            }

            @Override
            public Map<String, DiagonalLayer> diagonalLayers() {
                return first.diagonalLayers();
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

            @Override
            public Optional<StepModel> steps() {
                return first.steps().map(steps -> steps.then(last));
            }
        };
    }

    /**
     * Attention weights, block by block.
     *
     * @param readout the part of the last block's output that is classified
     * @param blocks [B heads, T, T] each, the heads of an example being adjacent: how much each step (row) attends to
     *     each step (column); T counts the class token if there is one
     */
    record Attention(Readout readout, List<Tensor> blocks) {}

    /**
     * The states after each step. Applied to the state after the last step, {@code head} gives what {@link #forward}
     * gives; applied to an earlier state, it gives what {@link #forward} would give if the sequence ended there.
     *
     * @param states [T, B, H]
     * @param head the map from a state, [B, H], to logits, [B, C]
     */
    record Stepwise(Tensor states, UnaryOperator<Tensor> head) {}

    /** The part of the output that stands for a whole sequence. */
    enum Readout {
        /** A learned token in front of the steps. */
        CLASS_TOKEN,
        /** The first step. */
        FIRST_STEP,
        /** The mean of all steps. */
        MEAN
    }
}
