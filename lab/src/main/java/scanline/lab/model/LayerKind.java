package scanline.lab.model;

import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.RecurrentInitializer;
import scanline.engine.nn.SequenceLayer;
import scanline.engine.tensor.Weights;

/**
 * The layer that mixes the steps in a block of a {@link SequenceModel}. A new kind is a record in this file with a
 * constant {@code DEFAULT}: the key {@code model.layer} finds it by its name in lower case, and its components are keys
 * below that one.
 */
public sealed interface LayerKind {
    /**
     * Creates a layer.
     *
     * @param channels the number of values of a step
     */
    SequenceLayer build(Weights weights, int channels);

    /**
     * Recurrent layers whose state has as many values as a step has channels.
     *
     * @param cell the kind of the layers
     * @param init the initializer of the layers
     */
    record Recurrence(CellKind cell, RecurrentInitializer init) implements LayerKind {
        /** An LSTM as PyTorch's. */
        public static final Recurrence DEFAULT = new Recurrence(CellKind.LSTM, RecurrentInitializer.DEFAULT);

        /**
         * Checks that the cell has what the initializer needs.
         *
         * @throws IllegalArgumentException if it does not
         */
        public Recurrence {
            init.requireFor(cell, "init.");
        }

        @Override
        public SequenceLayer build(Weights weights, int channels) {
            return new Recurrent(weights, cell, channels, channels, 1,
                    new Recurrent.Options(0, false, false, false, init)).asSequenceLayer();
        }
    }
}
