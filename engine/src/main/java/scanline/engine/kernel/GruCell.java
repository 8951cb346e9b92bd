package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.CellKind;

/**
 * The gated recurrent unit (Cho et al. 2014), with the reset gate inside the candidate's activation, and the gates in
 * the order r, z, n, as in PyTorch:
 *
 * <pre>
 * r, z = sigmoid(W x + b + U h' + d)      q = U h' + d of n      n = tanh(W x + b + r q)      h = n + z (h' - n)
 * </pre>
 *
 * So n is split: its sums are stored first (W x + b) and last (q). The backward pass needs n, r, z and q. The
 * derivation is in docs/kernels/recurrent.md.
 */
public record GruCell() implements RecurrentCell {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public CellKind kind() {
        return CellKind.GRU;
    }

    @Override
    public int split() {
        return 1;
    }

    @Override
    public int saved() {
        return 4;
    }

    @Override
    public void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden) {
        float[] gates = at.saved();
        for (int i = 0; i < rows; i++) {
            int gate = at.savedAt() + 4 * i * hidden;
            int sum = sumsAt + 4 * i * hidden;
            Activations.sigmoid(gates, gate + hidden, sums, sum + hidden, n);
            Activations.sigmoid(gates, gate + 2 * hidden, sums, sum + 2 * hidden, n);
            candidate(gates, gate, sums, sum, n, hidden);
            Activations.tanh(gates, gate, sums, sum, n);
            blend(at.h(), at.hAt() + i * hidden, at.before(), at.beforeAt() + i * hidden, gates,
                    gate, n, hidden);
        }
    }

    @Override
    public void backward(CellStep at, CellStepGradients d, int rows, int hidden) {
        for (int i = 0; i < rows; i++) {
            int row = i * hidden;
            gateGradients(d.work(), d.sums() + 4 * row, d.panels() + i * Gemm.PANEL, d.depth(), d.dh(),
                    d.at() + row, at.before(), at.beforeAt() + row, at.saved(),
                    at.savedAt() + 4 * row, hidden);
        }
    }

    /** Saves q, and adds {@code r q} to the candidate's sum. */
    private static void candidate(float[] saved, int at, float[] sums, int sum, int n, int hidden) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector q = FloatVector.fromArray(S, sums, sum + 3 * hidden + j);
            q.intoArray(saved, at + 3 * hidden + j);
            FloatVector.fromArray(S, saved, at + hidden + j).fma(q, FloatVector.fromArray(S, sums, sum + j))
                    .intoArray(sums, sum + j);
        }
        for (; j < n; j++) {
            float q = sums[sum + 3 * hidden + j];
            saved[at + 3 * hidden + j] = q;
            sums[sum + j] = Math.fma(saved[at + hidden + j], q, sums[sum + j]);
        }
    }

    /** {@code h = n + z (h' - n)}. */
    private static void blend(float[] h, int hAt, float[] before, int beforeAt, float[] gates, int at, int n,
            int hidden) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector candidate = FloatVector.fromArray(S, gates, at + j);
            FloatVector.fromArray(S, gates, at + 2 * hidden + j)
                    .fma(FloatVector.fromArray(S, before, beforeAt + j).sub(candidate), candidate)
                    .intoArray(h, hAt + j);
        }
        for (; j < n; j++) {
            float candidate = gates[at + j];
            h[hAt + j] = Math.fma(gates[at + 2 * hidden + j], before[beforeAt + j] - candidate, candidate);
        }
    }

    /** Computes the gradients of one row of sums, and of the previous state as far as it is blended in. */
    private static void gateGradients(float[] work, int d, int panels, int depth, float[] dh, int at, float[] before,
            int beforeAt, float[] gates, int gate, int hidden) {
        int block = Gemm.packedLength(depth, hidden);
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector n = FloatVector.fromArray(S, gates, gate + j);
            FloatVector r = FloatVector.fromArray(S, gates, gate + hidden + j);
            FloatVector z = FloatVector.fromArray(S, gates, gate + 2 * hidden + j);
            FloatVector q = FloatVector.fromArray(S, gates, gate + 3 * hidden + j);
            FloatVector incoming = FloatVector.fromArray(S, dh, at + j);
            FloatVector dhj = incoming.blend(0f, incoming.abs().compare(VectorOperators.LT, TINY));
            FloatVector dhz = dhj.mul(z);
            FloatVector dn = dhj.sub(dhz);
            FloatVector dz = dhz.mul(FloatVector.fromArray(S, before, beforeAt + j).sub(n));
            FloatVector d0 = dn.sub(dn.mul(n).mul(n));
            FloatVector dr = d0.mul(q).mul(r);
            FloatVector d1 = dr.sub(dr.mul(r));
            FloatVector d2 = dz.sub(dz.mul(z));
            FloatVector d3 = d0.mul(r);
            d0.intoArray(work, d + j);
            d1.intoArray(work, d + hidden + j);
            d2.intoArray(work, d + 2 * hidden + j);
            d3.intoArray(work, d + 3 * hidden + j);
            int to = RecurrentCell.inPanel(panels, j, depth);
            d0.intoArray(work, to);
            d1.intoArray(work, to + block);
            d2.intoArray(work, to + 2 * block);
            d3.intoArray(work, to + 3 * block);
            dhz.intoArray(dh, at + j);
        }
        for (; j < hidden; j++) {
            float n = gates[gate + j];
            float r = gates[gate + hidden + j];
            float z = gates[gate + 2 * hidden + j];
            float q = gates[gate + 3 * hidden + j];
            float dhj = RecurrentCell.flush(dh[at + j]);
            float dhz = dhj * z;
            float dn = dhj - dhz;
            float dz = dhz * (before[beforeAt + j] - n);
            float d0 = dn - dn * n * n;
            float dr = d0 * q * r;
            int to = RecurrentCell.inPanel(panels, j, depth);
            work[d + j] = work[to] = d0;
            work[d + hidden + j] = work[to + block] = dr - dr * r;
            work[d + 2 * hidden + j] = work[to + 2 * block] = dz - dz * z;
            work[d + 3 * hidden + j] = work[to + 3 * block] = d0 * r;
            dh[at + j] = dhz;
        }
    }
}
