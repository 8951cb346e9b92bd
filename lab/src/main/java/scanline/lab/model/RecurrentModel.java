package scanline.lab.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Linear;
import scanline.engine.nn.Readout;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.RecurrentInitializer;
import scanline.engine.nn.RunningMean;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Recurrent layers over the sequence, and a linear map of the last state, {@code fc(lstm(x)[T - 1])}, or of the mean of
 * the states after each step.
 *
 * @param cell the kind of the layers
 * @param dt the longest time step of a LEM; present with {@code cell=lem} only
 * @param hidden size of the state
 * @param layers number of stacked layers
 * @param dropout dropout rate between layers, in [0, 1)
 * @param bidirectional whether each layer also reads from the end; fc then receives the states of both directions
 * @param learnInitialState whether the initial state of a layer is learned; it is zero otherwise
 * @param relu whether a ReLU is applied to what fc receives
 * @param recompute whether training recomputes what its backward pass needs instead of storing it: less memory, more
 *     time, the same weights
 * @param init the initializer of the layers
 * @param readout what fc receives: the last state, or the mean of the states
 */
public record RecurrentModel(CellKind cell, Optional<TimeStep> dt, int hidden, int layers, double dropout,
        boolean bidirectional, boolean learnInitialState, boolean relu, boolean recompute, RecurrentInitializer init,
        Readout readout) implements Model {
    /** One LSTM layer of 128 units. */
    public static final RecurrentModel DEFAULT = new RecurrentModel(CellKind.LSTM, Optional.empty(), 128, 1, 0,
            false, false, false, false, RecurrentInitializer.DEFAULT, Readout.LAST);

    /** Checks the hyperparameters. */
    public RecurrentModel {
        Ranges.requireSize("hidden", hidden);
        Ranges.requireDepth("layers", layers);
        Ranges.requireDropout(dropout);
        init.requireFor(cell, "init.");
        if (dt.isPresent() && cell != CellKind.LEM) {
            throw new IllegalArgumentException(
                    "dt is a key of cell=lem, but cell is " + cell.name().toLowerCase(Locale.ROOT));
        }
        dt = cell == CellKind.LEM ? dt.or(() -> Optional.of(TimeStep.DEFAULT)) : dt;
        cell(cell, dt);
    }

    /**
     * The longest time step of a LEM.
     *
     * @param name dt, in (0, 1]: the largest part of a state that one step of the sequence replaces
     */
    public record TimeStep(double name) {
        /** A step may replace all of a state, as in the authors' program. */
        public static final TimeStep DEFAULT = new TimeStep(1);
    }

    @Override
    public Classifier build(Weights weights, Input input) {
        Recurrent stack = new Recurrent(weights.scope(cell.layer()), cell(cell, dt), input.features(), hidden, layers,
                new Recurrent.Options((float) dropout, bidirectional, learnInitialState, recompute, init));
        Linear fc = new Linear(weights.scope("fc"), width(), input.classes());
        UnaryOperator<Tensor> head = state -> fc.forward(relu ? state.relu() : state);
        return new RecurrentClassifier(stack, bidirectional,
                readout == Readout.MEAN ? Optional.of(new RunningMean(width())) : Optional.empty(), head);
    }

    @Override
    public List<String> withoutEffect() {
        return dropout > 0 && layers == 1
                ? List.of("model.dropout=" + dropout
                        + " has no effect: dropout applies between recurrent layers, and model.layers is 1")
                : List.of();
    }

    private static Cell cell(CellKind kind, Optional<TimeStep> dt) {
        return new Cell(kind, dt.map(TimeStep::name).orElse(1.0));
    }

    /** The number of features in the output of the last layer. */
    private int width() {
        return bidirectional ? 2 * hidden : hidden;
    }
}
