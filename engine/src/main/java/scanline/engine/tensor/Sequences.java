package scanline.engine.tensor;

import static scanline.engine.tensor.Shaping.stack;
import static scanline.engine.tensor.Shaping.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedRecurrence;
import scanline.engine.geometry.CellGradients;
import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.CellWeights;
import scanline.engine.geometry.Span;
import scanline.engine.geometry.View;
import scanline.engine.tensor.Recurrence.RecurrentWeights;
import scanline.engine.tensor.Recurrence.State;

/**
 * Recurrent layers over whole sequences: fused if the backend supports that, composed of basic operations otherwise.
 */
public final class Sequences {
    /** The hidden states that a recurrent layer returns. */
    public enum Output {
        /** Every step, [T, B, H]. */
        ALL_STEPS,
        /** The last step, [B, H]. */
        LAST_STEP
    }

    private Sequences() {}

    /**
     * Runs one recurrent layer.
     *
     * @param x
     *            [T, B, F]
     * @param initial
     *            the initial state; null for zeros
     * @param recompute
     *            whether the backward pass recomputes what a step needs instead of reading saved values: the same bits
     *            in less memory, for a second forward pass (Chen et al. 2016, "Training deep nets with sublinear memory
     *            cost")
     * @return [T, B, H] or [B, H]
     */
    public static Tensor recurrent(Tensor x, RecurrentWeights w, @Nullable State initial, Output output,
            boolean recompute) {
        Shape shape = x.shape().requireAxes("the input of a recurrent layer", 3);
        w.inputHidden().shape().require("the input weight of " + w.kind(),
                Shape.of(w.inputHidden().shape().size(0), shape.size(2)));
        State first = initial == null ? w.zeros(x) : initial;
        Shape state = Shape.of(shape.size(1), w.hidden());
        first.h().shape().require("the initial hidden state", state);
        if (w.kind().hasCellState()) {
            first.cell().shape().require("the initial cell state", state);
        }
        Tape tape = Tape.of(x);
        return tape.backend() instanceof FusedRecurrence fused
                ? new Pass(fused, x, w, first, recompute).result(output)
                : tape.composed(new Op.Recurrent(w.cell(), output), () -> composed(x, w, first, output),
                        sources(x, w, first));
    }

    /** The next state of a layer, fused if the pass can do that. */
    static State nextState(Tensor x, RecurrentWeights w, State before) {
        Tape tape = Tape.of(x);
        Shape shape = Shape.of(x.shape().requireAxes("the input of a step", 2).size(0), w.hidden());
        before.h().shape().require("the hidden state before a step", shape);
        if (w.kind().hasCellState()) {
            before.cell().shape().require("the cell state before a step", shape);
        }
        if (tape.recording() || tape.isTraced() || !(tape.backend() instanceof FusedRecurrence fused)) {
            return w.next(w.gates(x, before), before);
        }
        boolean hasCell = w.kind().hasCellState();
        int n = shape.elements();
        Tensor h = new Tensor(tape, shape, tape.scratch(n), false, null);
        Tensor c = hasCell ? new Tensor(tape, shape, tape.scratch(n), false, null) : null;
        Buffer saved = tape.scratch(fused.saved(w.kind()) * n);
        Buffer none = tape.scratch(0);
        fused.recurrent(
                new CellStates<>(h.value(), c == null ? none : c.value(), saved, new View<>(before.h().value(), 0),
                        new View<>(hasCell ? before.cell().value() : none, 0), false, false),
                x.value(), w.blocks().map(Tensor::value), w.cell(),
                new Span(0, 1, 1, shape.size(0), x.shape().size(1), w.hidden()));
        return new State(h, c);
    }

    private static Tensor[] sources(Tensor x, RecurrentWeights w, State initial) {
        return Stream.of(x, w.inputHidden(), w.hiddenHidden(), w.inputBias(), w.hiddenBias(), initial.h(), initial.c(),
                w.cellHidden(), w.cellBias()).filter(Objects::nonNull).toArray(Tensor[]::new);
    }

    /** Computes {@link #recurrent} from basic operations: the reference implementation for the fused one. */
    public static Tensor composed(Tensor x, RecurrentWeights w, State initial, Output output) {
        State state = initial;
        List<Tensor> states = new ArrayList<>();
        for (int t = 0; t < x.shape().size(0); t++) {
            state = w.next(w.gates(step(x, t), state), state);
            states.add(state.h());
        }
        return output == Output.LAST_STEP ? state.h() : stack(states);
    }

    /** A pass through a fused layer, span by span. */
    private static final class Pass {
        private final FusedRecurrence fused;
        private final Tape tape;
        private final Tensor x;
        private final RecurrentWeights w;
        private final CellWeights<Buffer> values;
        private final State initial;
        private final boolean recompute;
        private final int steps;
        private final int batch;
        private final int state;
        private final int spanSteps;
        private final List<Stored> stored = new ArrayList<>();

        /** A span and the states saved by its forward pass: all of them, or with {@code recompute} only the last. */
        private record Stored(Span span, CellStates<Buffer> states) {}

        Pass(FusedRecurrence fused, Tensor x, RecurrentWeights w, State initial, boolean recompute) {
            this.fused = fused;
            this.tape = Tape.of(x);
            this.x = x;
            this.w = w;
            this.values = w.blocks().map(Tensor::value);
            this.initial = initial;
            this.recompute = recompute;
            this.steps = x.shape().size(0);
            this.batch = x.shape().size(1);
            this.state = batch * w.hidden();
            this.spanSteps = fused.spanSteps(batch);
        }

        Tensor result(Output output) {
            boolean allSteps = output == Output.ALL_STEPS;
            Shape shape = allSteps ? Shape.of(steps, batch, w.hidden()) : Shape.of(batch, w.hidden());
            Tensor y = tape.result(new Op.Recurrent(w.cell(), output), shape, sources(x, w, initial));
            View<Buffer> before = new View<>(initial.h().value(), 0);
            View<Buffer> cell = new View<>(firstCell(), 0);
            if (!y.needsGradient()) {
                run(new CellStates<>(y.value(), cellStates(1), saved(1), before, cell, allSteps, false),
                        span(0, steps));
                return y;
            }
            requireRoom();
            Buffer h = allSteps ? y.value() : tape.scratch(steps * state);
            for (int first = 0, end; first < steps; first = end) {
                end = recompute ? first + (steps - first - 1) % spanSteps + 1 : steps;
                Span span = span(first, end - first);
                int kept = recompute ? 1 : span.steps();
                var states = new CellStates<>(h, cellStates(kept), saved(kept), before, cell, true, !recompute);
                run(states, span);
                stored.add(new Stored(span, states));
                before = new View<>(h, (end - 1) * state);
                cell = new View<>(states.c(), (kept - 1) * cellLength());
            }
            if (!allSteps) {
                tape.backend().copy(y.value(), 0, state, h, (steps - 1) * state, state, 1, state);
            }
            tape.record(y, () -> record(y, allSteps));
            return y;
        }

        private void record(Tensor y, boolean allSteps) {
            Buffer dh = tape.scratch(state);
            if (allSteps) {
                tape.backend().fill(dh, 0, state, 0f);
            } else {
                tape.backend().copy(dh, 0, state, y.gradient(), 0, state, 1, state);
            }
            Buffer dc = tape.zeros(cellLength());
            int recomputed = recompute ? Math.min(spanSteps, steps) : 0;
            Buffer c = cellStates(recomputed);
            Buffer saved = saved(recomputed);
            Buffer work = tape.scratch(fused.gradientWork(w.cell(), stored.getFirst().span));
            CellGradients<Buffer> d = new CellGradients<>(x.gradientOrNull(),
                    w.blocks().map(Tensor::gradientOrNull), dh, dc, allSteps ? y.gradient() : null);
            for (Stored each : stored.reversed()) {
                CellStates<Buffer> states = each.states;
                if (recompute) {
                    states = new CellStates<>(states.h(), c, saved, states.before(), states.cellBefore(), true, true);
                    run(states, each.span);
                }
                fused.recurrentGradient(d, states, x.value(), values, work, w.cell(), each.span);
            }
            propagate(initial.h(), dh);
            if (initial.c() != null) {
                propagate(initial.c(), dc);
            }
        }

        private void propagate(Tensor target, Buffer gradient) {
            if (target.needsGradient()) {
                tape.backend().accumulate(target.gradient(), 0, state, gradient, 0, state, 1, state);
            }
        }

        private void run(CellStates<Buffer> states, Span span) {
            fused.recurrent(states, x.value(), values, w.cell(), span);
        }

        private Span span(int first, int count) {
            return new Span(first, count, steps, batch, x.shape().size(2), w.hidden());
        }

        private int cellLength() {
            return w.kind().hasCellState() ? state : 0;
        }

        private Buffer cellStates(int count) {
            return tape.scratch(count * cellLength());
        }

        private Buffer saved(int count) {
            return tape.scratch(count * fused.saved(w.kind()) * state);
        }

        /** Checks that each block is small enough to be indexed by an int, before anything is allocated. */
        private void requireRoom() {
            long floats = (long) Math.max(1, fused.saved(w.kind())) * state * (recompute ? spanSteps : steps);
            if (Math.max(floats, (long) steps * state) > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a recurrent layer would save " + floats
                        + " values in one block, which holds at most 2^31: use a smaller batch, or recompute");
            }
        }

        private Buffer firstCell() {
            return w.kind().hasCellState() ? initial.cell().value() : tape.scratch(0);
        }
    }
}
