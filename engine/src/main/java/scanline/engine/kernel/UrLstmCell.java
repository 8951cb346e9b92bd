package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.CellKind;

/**
 * The LSTM with uniform initialization and refine gates (Gu et al. 2020, "Improving the gating mechanism of recurrent
 * neural networks", section 3), with the gates in the order f, r, g, o. A fixed offset e spreads the forget gates; the
 * gate r makes each larger or smaller; and the input gate is what is left. With {@code a = W x + b + U h' + d}:
 *
 * <pre>
 * f = sigmoid(a + e)      r = sigmoid(a - e)      g = tanh(a)      o = sigmoid(a)
 * k = f^2 + 2 r (f - f^2)      c = g + k (c' - g)      h = o tanh(c)
 * </pre>
 *
 * The backward pass needs f, r, g, o and c. The derivation is in docs/kernels/recurrent.md.
 */
public record UrLstmCell() implements RecurrentCell {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public CellKind kind() {
        return CellKind.UR_LSTM;
    }

    @Override
    public int split() {
        return 0;
    }

    @Override
    public int ownBias(int b) {
        return b == 0 ? 1 : b == 1 ? -1 : 0;
    }

    @Override
    public int saved() {
        return 4;
    }

    @Override
    public void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden) {
        float[] gates = at.saved();
        float[] c = at.c();
        float[] h = at.h();
        for (int i = 0; i < rows; i++) {
            int gate = at.savedAt() + 4 * i * hidden;
            int sum = sumsAt + 4 * i * hidden;
            int cAt = at.cAt() + i * hidden;
            int hAt = at.hAt() + i * hidden;
            Activations.sigmoid(gates, gate, sums, sum, n);
            Activations.sigmoid(gates, gate + hidden, sums, sum + hidden, n);
            Activations.tanh(gates, gate + 2 * hidden, sums, sum + 2 * hidden, n);
            Activations.sigmoid(gates, gate + 3 * hidden, sums, sum + 3 * hidden, n);
            cell(c, cAt, at.cellBefore(), at.cellBeforeAt() + i * hidden, gates, gate, n, hidden);
            Activations.tanh(h, hAt, c, cAt, n);
            Elementwise.multiply(h, hAt, h, hAt, gates, gate + 3 * hidden, n);
        }
    }

    @Override
    public void backward(CellStep at, CellStepGradients d, int rows, int hidden) {
        Activations.tanh(d.work(), d.scratch(), at.c(), at.cAt(), rows * hidden);
        for (int i = 0; i < rows; i++) {
            int row = i * hidden;
            gateGradients(d.work(), d.sums() + 4 * row, d.panels() + i * Gemm.PANEL, d.depth(), d.scratch() + row,
                    d.dh(), d.dc(), d.at() + row, at.cellBefore(), at.cellBeforeAt() + row, at.saved(),
                    at.savedAt() + 4 * row, hidden);
        }
    }

    /** {@code k = f^2 + 2 r (f - f^2), c = g + k (c' - g)} for n units. */
    private static void cell(float[] c, int cAt, float[] before, int beforeAt, float[] gates, int at, int n,
            int hidden) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector f = FloatVector.fromArray(S, gates, at + j);
            FloatVector r = FloatVector.fromArray(S, gates, at + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, at + 2 * hidden + j);
            FloatVector square = f.mul(f);
            FloatVector spread = f.sub(square);
            FloatVector k = r.fma(spread.add(spread), square);
            k.fma(FloatVector.fromArray(S, before, beforeAt + j).sub(g), g).intoArray(c, cAt + j);
        }
        for (; j < n; j++) {
            float f = gates[at + j];
            float g = gates[at + 2 * hidden + j];
            float square = f * f;
            float spread = f - square;
            float k = Math.fma(gates[at + hidden + j], spread + spread, square);
            c[cAt + j] = Math.fma(k, before[beforeAt + j] - g, g);
        }
    }

    /**
     * Computes the gradients of one row of gates before their activation, and of the previous cell state. With
     * {@code dk = dc (c' - g)}, that of f is {@code 2 dk (f + r (1 - 2 f))}, and that of r {@code 2 dk (f - f^2)}.
     */
    private static void gateGradients(float[] work, int d, int panels, int depth, int tanh, float[] dh, float[] dc,
            int at, float[] before, int beforeAt, float[] gates, int gate, int hidden) {
        int block = Gemm.packedLength(depth, hidden);
        FloatVector one = FloatVector.broadcast(S, 1f);
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector f = FloatVector.fromArray(S, gates, gate + j);
            FloatVector r = FloatVector.fromArray(S, gates, gate + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, gate + 2 * hidden + j);
            FloatVector o = FloatVector.fromArray(S, gates, gate + 3 * hidden + j);
            FloatVector tc = FloatVector.fromArray(S, work, tanh + j);
            FloatVector product = FloatVector.fromArray(S, dh, at + j).mul(o);
            FloatVector dho = product.blend(0f, product.abs().compare(VectorOperators.LT, TINY));
            FloatVector sum = dho.sub(dho.mul(tc).mul(tc)).add(FloatVector.fromArray(S, dc, at + j));
            FloatVector dcj = sum.blend(0f, sum.abs().compare(VectorOperators.LT, TINY));
            FloatVector square = f.mul(f);
            FloatVector spread = f.sub(square);
            FloatVector kept = dcj.mul(r.fma(spread.add(spread), square));
            FloatVector dg = dcj.sub(kept);
            FloatVector dk = dcj.mul(FloatVector.fromArray(S, before, beforeAt + j).sub(g));
            FloatVector twice = dk.add(dk).mul(spread);
            FloatVector dr = twice.mul(r);
            FloatVector dO = dho.mul(tc);
            FloatVector d0 = twice.mul(r.fma(one.sub(f.add(f)), f));
            FloatVector d1 = dr.sub(dr.mul(r));
            FloatVector d2 = dg.sub(dg.mul(g).mul(g));
            FloatVector d3 = dO.sub(dO.mul(o));
            d0.intoArray(work, d + j);
            d1.intoArray(work, d + hidden + j);
            d2.intoArray(work, d + 2 * hidden + j);
            d3.intoArray(work, d + 3 * hidden + j);
            int to = RecurrentCell.inPanel(panels, j, depth);
            d0.intoArray(work, to);
            d1.intoArray(work, to + block);
            d2.intoArray(work, to + 2 * block);
            d3.intoArray(work, to + 3 * block);
            kept.intoArray(dc, at + j);
            FloatVector.zero(S).intoArray(dh, at + j);
        }
        for (; j < hidden; j++) {
            float f = gates[gate + j];
            float r = gates[gate + hidden + j];
            float g = gates[gate + 2 * hidden + j];
            float o = gates[gate + 3 * hidden + j];
            float tc = work[tanh + j];
            float dho = RecurrentCell.flush(dh[at + j] * o);
            float dcj = RecurrentCell.flush(dho - dho * tc * tc + dc[at + j]);
            float square = f * f;
            float spread = f - square;
            float kept = dcj * Math.fma(r, spread + spread, square);
            float dg = dcj - kept;
            float dk = dcj * (before[beforeAt + j] - g);
            float twice = (dk + dk) * spread;
            float dr = twice * r;
            float dO = dho * tc;
            int to = RecurrentCell.inPanel(panels, j, depth);
            work[d + j] = work[to] = twice * Math.fma(r, 1f - (f + f), f);
            work[d + hidden + j] = work[to + block] = dr - dr * r;
            work[d + 2 * hidden + j] = work[to + 2 * block] = dg - dg * g * g;
            work[d + 3 * hidden + j] = work[to + 3 * block] = dO - dO * o;
            dc[at + j] = kept;
            dh[at + j] = 0f;
        }
    }
}
