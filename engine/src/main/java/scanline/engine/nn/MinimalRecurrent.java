package scanline.engine.nn;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.tensor.MinimalRecurrence;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A minGRU or minLSTM (Feng et al. 2024, "Were RNNs all we needed?"), named and initialized as in minGRU-pytorch. Its
 * gates depend on the input alone, so that the products of all steps are one; {@link MinimalKind} has the formulas. If the
 * state is larger or smaller than a step, a linear map without a bias returns to the size of a step.
 */
public final class MinimalRecurrent implements SequenceLayer {
    private final MinimalKind kind;
    private final int hidden;
    private final Parameter in;
    private final @Nullable Parameter out;

    /**
     * Creates a layer, whose initial state is zero.
     *
     * @param features
     *            the values of a step
     * @param expansion
     *            the size of the state as a multiple of that of a step
     * @throws IllegalArgumentException
     *             if the state would have no value
     */
    public MinimalRecurrent(Weights weights, MinimalKind kind, int features, double expansion) {
        this.kind = kind;
        hidden = (int) (features * expansion);
        if (hidden < 1) {
            throw new IllegalArgumentException("a state of " + features + " times " + expansion
                    + " values must have at least 1");
        }
        Weights own = weights.layer("", "MinimalRecurrent",
                "min" + kind.name().toLowerCase(Locale.ROOT) + " " + features + " to " + hidden, kind.formula());
        in = own.uniform(kind == MinimalKind.GRU ? "to_hidden_and_gate.weight" : "to_hidden_and_f_i_gate.weight",
                Shape.of(kind.blocks() * hidden, features), (float) (1 / Math.sqrt(features)));
        out = hidden == features
                ? null
                : own.uniform("to_out.weight", Shape.of(features, hidden), (float) (1 / Math.sqrt(hidden)));
    }

    @Override
    public Tensor forward(Tensor x) {
        return output(MinimalRecurrence.minimal(Products.linear(x, in, null), kind, null));
    }

    @Override
    public int stateSize() {
        return hidden;
    }

    @Override
    public float[] initialState() {
        return new float[hidden];
    }

    @Override
    public Step step(Tensor x, Tensor state) {
        Tensor sums = Products.linear(x, in, null);
        int batch = x.shape().size(0);
        Tensor next = MinimalRecurrence
                .minimal(sums.reshape(Shape.of(1, batch, kind.blocks() * hidden)), kind, state)
                .reshape(Shape.of(batch, hidden));
        return new Step(output(next), next);
    }

    private Tensor output(Tensor h) {
        return out == null ? h : Products.linear(h, out, null);
    }
}
