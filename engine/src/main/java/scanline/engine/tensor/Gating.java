package scanline.engine.tensor;

import scanline.engine.backend.FusedGate;
import scanline.engine.geometry.GateShape;

/** Products with gates, fused if the backend supports that and composed of basic operations otherwise. */
public final class Gating {
    private Gating() {}

    /**
     * Returns {@code v sigmoid(w)}, element-wise (Dauphin et al. 2017, "Language modeling with gated convolutional
     * networks").
     *
     * @throws IllegalArgumentException
     *             if the shapes differ
     */
    public static Tensor gate(Tensor v, Tensor w) {
        w.shape().require("the gate", v.shape());
        Tape tape = Tape.of(v, w);
        if (!(tape.backend() instanceof FusedGate fused)) {
            return tape.composed(Op.Plain.GATE, () -> composedGate(v, w), v, w);
        }
        GateShape shape = GateShape.separate(1, v.shape().elements());
        Tensor y = tape.result(Op.Plain.GATE, v.shape(), v, w);
        fused.gate(y.value(), v.value(), w.value(), shape);
        tape.record(y, () -> fused.gateGradient(v.gradientOrNull(), w.gradientOrNull(), y.gradient(), v.value(),
                w.value(), shape));
        return y;
    }

    /** Computes {@link #gate} from basic operations: the reference implementation for the fused one. */
    public static Tensor composedGate(Tensor v, Tensor w) {
        return v.multiply(w.sigmoid());
    }

    /**
     * Returns the gated linear unit {@code v sigmoid(w)} of the halves v and w of each row (Dauphin et al. 2017), as
     * PyTorch's {@code glu}: [..., 2 N] to [..., N].
     *
     * @throws IllegalArgumentException
     *             if the last size is odd
     */
    public static Tensor glu(Tensor x) {
        int both = x.shape().size(-1);
        if (both % 2 != 0) {
            throw new IllegalArgumentException(
                    "glu cannot take shape " + x.shape() + ": its last size must be even, values and gates");
        }
        Tape tape = Tape.of(x);
        if (!(tape.backend() instanceof FusedGate fused)) {
            return tape.composed(Op.Plain.GLU, () -> composedGlu(x), x);
        }
        GateShape shape = GateShape.halves(x.shape().rows(), both / 2);
        Tensor y = tape.result(Op.Plain.GLU, x.shape().withLast(both / 2), x);
        fused.gate(y.value(), x.value(), x.value(), shape);
        tape.record(y, () -> fused.gateGradient(x.gradient(), x.gradient(), y.gradient(), x.value(), x.value(), shape));
        return y;
    }

    /** Computes {@link #glu} from basic operations: the reference implementation for the fused one. */
    public static Tensor composedGlu(Tensor x) {
        int n = x.shape().size(-1) / 2;
        return x.columns(0, n).multiply(x.columns(n, 2 * n).sigmoid());
    }
}
