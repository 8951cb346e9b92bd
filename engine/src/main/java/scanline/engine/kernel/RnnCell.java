package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.CellKind;

/**
 * A simple recurrent network (Elman 1990, "Finding structure in time"): {@code h = tanh(W x + b + U h' + d)}, or with
 * ReLU instead of tanh. The backward pass only needs the states. The derivation is in docs/kernels/recurrent.md.
 *
 * @param kind
 *            the kind, which selects tanh or ReLU
 */
public record RnnCell(CellKind kind) implements RecurrentCell {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public int split() {
        return 0;
    }

    @Override
    public int saved() {
        return 0;
    }

    @Override
    public void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden) {
        for (int i = 0; i < rows; i++) {
            int to = at.hAt() + i * hidden;
            int from = sumsAt + i * hidden;
            if (kind == CellKind.RNN_RELU) {
                Elementwise.relu(at.h(), to, sums, from, n);
            } else {
                Activations.tanh(at.h(), to, sums, from, n);
            }
        }
    }

    @Override
    public void backward(CellStep at, CellStepGradients d, int rows, int hidden) {
        float[] dh = d.dh();
        int dhAt = d.at();
        for (int i = 0; i < rows; i++) {
            int row = i * hidden;
            if (kind == CellKind.RNN_RELU) {
                reluGradient(d.work(), d.sums() + row, d.panels() + i * Gemm.PANEL, d.depth(), dh, dhAt + row,
                        at.h(), at.hAt() + row, hidden);
            } else {
                tanhGradient(d.work(), d.sums() + row, d.panels() + i * Gemm.PANEL, d.depth(), dh, dhAt + row,
                        at.h(), at.hAt() + row, hidden);
            }
        }
        Arrays.fill(dh, dhAt, dhAt + rows * hidden, 0f);
    }

    /** {@code d = dh (1 - h^2)} for one row. */
    private static void tanhGradient(float[] work, int d, int panels, int depth, float[] dh, int at, float[] h, int hAt,
            int hidden) {
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector v = FloatVector.fromArray(S, h, hAt + j);
            FloatVector g = FloatVector.fromArray(S, dh, at + j);
            FloatVector dhj = g.blend(0f, g.abs().compare(VectorOperators.LT, TINY));
            FloatVector sum = dhj.sub(dhj.mul(v).mul(v));
            sum.intoArray(work, d + j);
            sum.intoArray(work, RecurrentCell.inPanel(panels, j, depth));
        }
        for (; j < hidden; j++) {
            float v = h[hAt + j];
            float dhj = RecurrentCell.flush(dh[at + j]);
            work[d + j] = work[RecurrentCell.inPanel(panels, j, depth)] = dhj - dhj * v * v;
        }
    }

    /** {@code d = dh} where h is positive, else 0, for one row. */
    private static void reluGradient(float[] work, int d, int panels, int depth, float[] dh, int at, float[] h, int hAt,
            int hidden) {
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector v = FloatVector.fromArray(S, h, hAt + j);
            FloatVector g = FloatVector.fromArray(S, dh, at + j);
            FloatVector dhj = g.blend(0f, g.abs().compare(VectorOperators.LT, TINY));
            FloatVector sum = dhj.blend(0f, v.compare(VectorOperators.LE, 0f));
            sum.intoArray(work, d + j);
            sum.intoArray(work, RecurrentCell.inPanel(panels, j, depth));
        }
        for (; j < hidden; j++) {
            float dhj = h[hAt + j] <= 0f ? 0f : RecurrentCell.flush(dh[at + j]);
            work[d + j] = work[RecurrentCell.inPanel(panels, j, depth)] = dhj;
        }
    }
}
