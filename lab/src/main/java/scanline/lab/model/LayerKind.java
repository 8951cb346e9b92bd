package scanline.lab.model;

import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.nn.MinimalRecurrent;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.RecurrentInitializer;
import scanline.engine.nn.S4d.Initialization;
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

    /**
     * S5 (Smith, Warrington and Linderman 2023), a diagonal state space that mixes the channels.
     *
     * @param states P, of which one of each conjugate pair is computed
     * @param blocks J, the number of copies of HiPPO-N that the states start as
     * @param clip whether real parts of eigenvalues are kept negative
     * @param leastStep the smallest initial step size
     * @param mostStep the largest one
     */
    record S5(int states, int blocks, boolean clip, double leastStep, double mostStep) implements LayerKind {
        /** Of the paper's sequential MNIST. */
        public static final S5 DEFAULT = new S5(128, 1, false, 0.001, 0.1);

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if the layer does not exist
         */
        public S5 {
            Ranges.requireSize("states", states);
            options(states, blocks, clip, leastStep, mostStep);
        }

        @Override
        public SequenceLayer build(Weights weights, int channels) {
            return new scanline.engine.nn.S5(weights, channels, options(states, blocks, clip, leastStep, mostStep));
        }

        private static scanline.engine.nn.S5.Options options(int states, int blocks, boolean clip, double leastStep,
                double mostStep) {
            return new scanline.engine.nn.S5.Options(states, blocks, clip, leastStep, mostStep);
        }
    }

    /**
     * The linear recurrent unit (Orvieto et al. 2023), a diagonal recurrence whose eigenvalues start in a ring.
     *
     * @param states N, complex numbers
     * @param leastRadius the smallest initial magnitude of an eigenvalue
     * @param mostRadius the largest one
     * @param mostPhase the largest initial phase, in radians
     */
    record Lru(int states, double leastRadius, double mostRadius, double mostPhase) implements LayerKind {
        /** The defaults of minimal-LRU. */
        public static final Lru DEFAULT = new Lru(128, 0, 1, 6.28);

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if there is no state or no ring
         */
        public Lru {
            Ranges.requireSize("states", states);
            options(states, leastRadius, mostRadius, mostPhase);
        }

        @Override
        public SequenceLayer build(Weights weights, int channels) {
            return new scanline.engine.nn.Lru(weights, channels, options(states, leastRadius, mostRadius, mostPhase));
        }

        private static scanline.engine.nn.Lru.Options options(int states, double leastRadius, double mostRadius,
                double mostPhase) {
            return new scanline.engine.nn.Lru.Options(states, leastRadius, mostRadius, mostPhase);
        }
    }

    /**
     * S4D (Gu, Gupta, Goel and Ré 2022), a diagonal state space for each channel.
     *
     * @param states N of each channel, of which one of each conjugate pair is computed
     * @param initialization the initial eigenvalues
     */
    record S4d(int states, Initialization initialization) implements LayerKind {
        /** Of the authors' example. */
        public static final S4d DEFAULT = new S4d(64, Initialization.LIN);

        /**
         * Checks the number of states.
         *
         * @throws IllegalArgumentException if they are not pairs
         */
        public S4d {
            Ranges.requireSize("states", states);
            if (states % 2 != 0) {
                throw new IllegalArgumentException(
                        "states must be even, not " + states + ": S4D has pairs of conjugate states");
            }
        }

        @Override
        public SequenceLayer build(Weights weights, int channels) {
            return new scanline.engine.nn.S4d(weights, channels, states, initialization);
        }
    }

    /**
     * The minGRU (Feng et al. 2024), whose gate depends on the input alone.
     *
     * @param expansion the size of the state as a multiple of the channels
     */
    record MinGru(double expansion) implements LayerKind {
        /** A state as large as a step. */
        public static final MinGru DEFAULT = new MinGru(1);

        /**
         * Checks the size.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public MinGru {
            Ranges.requireExpansion(expansion);
        }

        @Override
        public SequenceLayer build(Weights weights, int channels) {
            return new MinimalRecurrent(weights, MinimalKind.GRU, channels, expansion);
        }
    }

    /**
     * The minLSTM (Feng et al. 2024), whose gates depend on the input alone.
     *
     * @param expansion the size of the state as a multiple of the channels
     */
    record MinLstm(double expansion) implements LayerKind {
        /** A state as large as a step. */
        public static final MinLstm DEFAULT = new MinLstm(1);

        /**
         * Checks the size.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public MinLstm {
            Ranges.requireExpansion(expansion);
        }

        @Override
        public SequenceLayer build(Weights weights, int channels) {
            return new MinimalRecurrent(weights, MinimalKind.LSTM, channels, expansion);
        }
    }
}
