package scanline.engine.tensor;

import static scanline.engine.tensor.Activation.relu;
import static scanline.engine.tensor.Activation.sigmoid;
import static scanline.engine.tensor.Arithmetic.add;
import static scanline.engine.tensor.Arithmetic.divide;
import static scanline.engine.tensor.Arithmetic.multiply;
import static scanline.engine.tensor.Arithmetic.scale;
import static scanline.engine.tensor.Arithmetic.subtract;
import static scanline.engine.tensor.Shaping.slice;
import static scanline.engine.tensor.Shaping.stack;
import static scanline.engine.tensor.Shaping.step;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.FusedMinimalRecurrence;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.geometry.MinimalShape;

/**
 * Minimal recurrences over whole sequences (Feng, Tung, Ahmed, Bengio and Hajimirsadeghi 2024, "Were RNNs all we
 * needed?", sections 3.1 and 3.2, with the positive candidate of appendix B): fused if the backend supports that,
 * composed of basic operations otherwise. The gates depend on the input alone, so that their sums are one product over
 * all steps, and a step is a mean of the previous state and a candidate. {@link MinimalKind} has the formulas.
 */
public final class MinimalRecurrence {
    private MinimalRecurrence() {}

    /**
     * Computes the states of all steps.
     *
     * @param sums
     *            [T, B, blocks x H]
     * @param before
     *            the state before the first step, [B, H]; null for zeros
     * @return [T, B, H]
     * @throws IllegalArgumentException
     *             if the shapes do not match each other
     */
    public static Tensor minimal(Tensor sums, MinimalKind kind, @Nullable Tensor before) {
        Shape shape = sums.shape().requireAxes("the sums of a minimal recurrence", 3);
        int hidden = shape.size(2) / kind.blocks();
        shape.require("the sums of a minimal recurrence",
                Shape.of(shape.size(0), shape.size(1), Math.max(1, hidden) * kind.blocks()));
        Shape state = Shape.of(shape.size(1), hidden);
        Tape tape = Tape.of(sums);
        Tensor first = before == null
                ? new Tensor(tape, state, tape.zeros(state.elements()), false, null)
                : before;
        first.shape().require("the initial state of a minimal recurrence", state);
        Op op = new Op.MinimalRecurrence(kind);
        if (!(tape.backend() instanceof FusedMinimalRecurrence fused)) {
            return tape.composed(op, () -> composed(sums, kind, first), sums, first);
        }
        MinimalShape sizes = new MinimalShape(kind, shape.size(0), shape.size(1), hidden);
        Tensor h = tape.result(op, shape.withLast(hidden), sums, first);
        fused.minimalRecurrence(h.value(), sums.value(), first.value(), sizes);
        tape.record(h, () -> fused.minimalRecurrenceGradient(sums.gradientOrNull(), first.gradientOrNull(),
                h.gradient(), h.value(), sums.value(), first.value(), sizes));
        return h;
    }

    /** Computes {@link #minimal} from basic operations: the reference implementation for the fused one. */
    public static Tensor composed(Tensor sums, MinimalKind kind, Tensor before) {
        int n = before.shape().size(1);
        Tensor candidate = candidate(slice(sums, 2, 0, n));
        Tensor share = switch (kind) {
            case GRU -> sigmoid(slice(sums, 2, n, 2 * n));
            case LSTM -> {
                Tensor f = sigmoid(slice(sums, 2, n, 2 * n));
                Tensor i = sigmoid(slice(sums, 2, 2 * n, 3 * n));
                yield divide(i, add(f, i));
            }
        };
        Tensor h = before;
        List<Tensor> states = new ArrayList<>();
        for (int t = 0; t < sums.shape().size(0); t++) {
            h = add(h, multiply(step(share, t), subtract(step(candidate, t), h)));
            states.add(h);
        }
        return stack(states);
    }

    /** {@code v + 1/2 if v >= 0, else sigmoid(v)}: {@code sigmoid(m) + v - m} with {@code m = min(v, 0)}. */
    private static Tensor candidate(Tensor v) {
        Tensor m = scale(relu(scale(v, -1)), -1);
        return add(sigmoid(m), subtract(v, m));
    }
}
