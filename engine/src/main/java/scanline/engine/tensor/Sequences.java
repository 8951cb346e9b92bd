package scanline.engine.tensor;

import static scanline.engine.tensor.Activation.sigmoid;
import static scanline.engine.tensor.Activation.tanh;
import static scanline.engine.tensor.Arithmetic.add;
import static scanline.engine.tensor.Arithmetic.multiply;
import static scanline.engine.tensor.Products.linear;
import static scanline.engine.tensor.Shaping.columns;
import static scanline.engine.tensor.Shaping.stack;
import static scanline.engine.tensor.Shaping.step;

import java.util.ArrayList;
import java.util.List;

/** Recurrent layers over whole sequences, fused where the backend can, composed of plain ops where it cannot. */
public final class Sequences {
    /** Which hidden states a recurrent layer returns. */
    public enum Output {
        /** Every step, [T, B, H]. */
        ALL_STEPS,
        /** The last step, [B, H]. */
        LAST_STEP
    }

    /** The parameters of one LSTM layer: [4 H, F], [4 H, H], [4 H] and [4 H], gates in the order i, f, g, o. */
    public record LstmWeights(Tensor inputHidden, Tensor hiddenHidden, Tensor inputBias, Tensor hiddenBias) {
        /** Refuses, with an {@link IllegalArgumentException}, shapes that are not those of one layer. */
        public LstmWeights {
            int hidden = hiddenHidden.shape().requireAxes("the hidden weight of an LSTM", 2).size(1);
            int features = inputHidden.shape().requireAxes("the input weight of an LSTM", 2).size(1);
            hiddenHidden.shape().require("the hidden weight of an LSTM", Shape.of(4 * hidden, hidden));
            inputHidden.shape().require("the input weight of an LSTM", Shape.of(4 * hidden, features));
            inputBias.shape().require("the input bias of an LSTM", Shape.of(4 * hidden));
            hiddenBias.shape().require("the hidden bias of an LSTM", Shape.of(4 * hidden));
        }

        /** The size of the hidden state. */
        public int hidden() {
            return hiddenHidden.shape().size(1);
        }
    }

    private Sequences() {}

    /**
     * One LSTM layer (Hochreiter and Schmidhuber 1997; Gers et al. 2000), from a zero state.
     *
     * @param x
     *            [T, B, F]
     * @return [T, B, H] or [B, H]
     */
    public static Tensor lstm(Tensor x, LstmWeights w, Output output) {
        return Tape.of(x).backend() instanceof LstmSequences fused
                ? fusedLstm(fused, x, w, output)
                : composedLstm(x, w, output);
    }

    /** The same layer made of plain ops: the twin that the fused one is held against, and the formula to read. */
    public static Tensor composedLstm(Tensor x, LstmWeights w, Output output) {
        Tape tape = Tape.of(x);
        int batch = x.shape().size(1);
        int n = w.hidden();
        Tensor h = tape.input(Shape.of(batch, n), new float[batch * n]);
        Tensor c = h;
        List<Tensor> states = new ArrayList<>();
        for (int t = 0; t < x.shape().size(0); t++) {
            Tensor gates = add(linear(step(x, t), w.inputHidden(), w.inputBias()),
                    linear(h, w.hiddenHidden(), w.hiddenBias()));
            Tensor i = sigmoid(columns(gates, 0, n));
            Tensor f = sigmoid(columns(gates, n, 2 * n));
            Tensor g = tanh(columns(gates, 2 * n, 3 * n));
            Tensor o = sigmoid(columns(gates, 3 * n, 4 * n));
            c = add(multiply(f, c), multiply(i, g));
            h = multiply(o, tanh(c));
            states.add(h);
        }
        return output == Output.LAST_STEP ? h : stack(states);
    }

    private static Tensor fusedLstm(LstmSequences fused, Tensor x, LstmWeights w, Output output) {
        Tape tape = Tape.of(x);
        Shape shape = x.shape().requireAxes("the input of a recurrent layer", 3);
        int steps = shape.size(0);
        int batch = shape.size(1);
        int features = shape.size(2);
        int hidden = w.hidden();
        w.inputHidden().shape().require("the input weight of an LSTM", Shape.of(4 * hidden, features));
        boolean allSteps = output == Output.ALL_STEPS;
        int state = batch * hidden;
        Tensor y = tape.result(allSteps ? Shape.of(steps, batch, hidden) : Shape.of(batch, hidden), x, w.inputHidden());
        boolean keep = y.needsGradient();
        Buffer h = tape.scratch(keep || allSteps ? (steps + 1) * state : state);
        Buffer c = tape.scratch(keep ? (steps + 1) * state : state);
        Buffer gates = tape.scratch((keep ? steps : 1) * 4 * state);
        tape.backend().fill(h, 0, state, 0f);
        tape.backend().fill(c, 0, state, 0f);
        fused.lstm(h, c, gates, x.value(), w.inputHidden().value(), w.hiddenHidden().value(), w.inputBias().value(),
                w.hiddenBias().value(), keep, allSteps, steps, batch, features, hidden);
        int n = y.shape().elements();
        int from = allSteps ? state : keep ? steps * state : 0;
        tape.backend().copy(y.value(), 0, n, h, from, n, 1, n);
        tape.undo(y,
                () -> fused.lstmGradient(x.needsGradient() ? x.gradient() : null, w.inputHidden().gradient(),
                        w.hiddenHidden().gradient(), w.inputBias().gradient(), w.hiddenBias().gradient(), y.gradient(),
                        allSteps, h, c, gates, x.value(), w.inputHidden().value(), w.hiddenHidden().value(), steps,
                        batch, features, hidden));
        return y;
    }
}
