package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.CellKind;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000; gate order i, f,
 * g, o as PyTorch's). With {@code a = W x + b + U h' + d}:
 *
 * <pre>
 * i, f, o = sigmoid(a)      g = tanh(a)      c = f c' + i g      h = o tanh(c)
 * </pre>
 *
 * The backward pass needs the four gates and c. The derivation is in docs/kernels/recurrent.md.
 */
public record LstmCell() implements RecurrentCell {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public CellKind kind() {
        return CellKind.LSTM;
    }

    @Override
    public int split() {
        return 0;
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
            // The tiles write to the same cached location at every step. Only here, row after row, does the processor
            // see a stream of writes to the memory of all steps, which it can prefetch.
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
                    d.dh(), d.at() + row, d.dc(), d.at() + row, at.cellBefore(),
                    at.cellBeforeAt() + row, at.saved(), at.savedAt() + 4 * row, hidden);
        }
    }

    /** {@code c = f c' + i g} for n units. */
    private static void cell(float[] c, int cAt, float[] before, int beforeAt, float[] gates, int at, int n,
            int hidden) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector i = FloatVector.fromArray(S, gates, at + j);
            FloatVector f = FloatVector.fromArray(S, gates, at + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, at + 2 * hidden + j);
            f.fma(FloatVector.fromArray(S, before, beforeAt + j), i.mul(g)).intoArray(c, cAt + j);
        }
        for (; j < n; j++) {
            c[cAt + j] = Math.fma(gates[at + hidden + j], before[beforeAt + j],
                    gates[at + j] * gates[at + 2 * hidden + j]);
        }
    }

    /** Computes the gradients of one row of gates before their activation, and of the previous cell state. */
    private static void gateGradients(float[] work, int d, int panels, int depth, int tanh, float[] dh, int dhAt,
            float[] dc, int dcAt, float[] before, int beforeAt, float[] gates, int gate, int hidden) {
        int block = Gemm.packedLength(depth, hidden);
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector i = FloatVector.fromArray(S, gates, gate + j);
            FloatVector f = FloatVector.fromArray(S, gates, gate + hidden + j);
            FloatVector g = FloatVector.fromArray(S, gates, gate + 2 * hidden + j);
            FloatVector o = FloatVector.fromArray(S, gates, gate + 3 * hidden + j);
            FloatVector tc = FloatVector.fromArray(S, work, tanh + j);
            FloatVector dhj = FloatVector.fromArray(S, dh, dhAt + j);
            // Tiny values become zero here and below. The code is written out because C2 might not inline a method that
            // returns a vector.
            FloatVector product = dhj.mul(o);
            FloatVector dho = product.blend(0f, product.abs().compare(VectorOperators.LT, TINY));
            // dh o (1 - tanh(c)^2) + dc
            FloatVector sum = dho.sub(dho.mul(tc).mul(tc)).add(FloatVector.fromArray(S, dc, dcAt + j));
            FloatVector dcj = sum.blend(0f, sum.abs().compare(VectorOperators.LT, TINY));
            FloatVector di = dcj.mul(g).mul(i);
            FloatVector df = dcj.mul(FloatVector.fromArray(S, before, beforeAt + j)).mul(f);
            FloatVector dg = dcj.mul(i);
            FloatVector dO = dho.mul(tc);
            FloatVector d0 = di.sub(di.mul(i));
            FloatVector d1 = df.sub(df.mul(f));
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
            dcj.mul(f).intoArray(dc, dcAt + j);
            FloatVector.zero(S).intoArray(dh, dhAt + j);
        }
        for (; j < hidden; j++) {
            float i = gates[gate + j];
            float f = gates[gate + hidden + j];
            float g = gates[gate + 2 * hidden + j];
            float o = gates[gate + 3 * hidden + j];
            float tc = work[tanh + j];
            float dho = RecurrentCell.flush(dh[dhAt + j] * o);
            float dcj = RecurrentCell.flush(dho - dho * tc * tc + dc[dcAt + j]);
            float di = dcj * g * i;
            float df = dcj * before[beforeAt + j] * f;
            float dg = dcj * i;
            float dO = dho * tc;
            int to = RecurrentCell.inPanel(panels, j, depth);
            work[d + j] = work[to] = di - di * i;
            work[d + hidden + j] = work[to + block] = df - df * f;
            work[d + 2 * hidden + j] = work[to + 2 * block] = dg - dg * g * g;
            work[d + 3 * hidden + j] = work[to + 3 * block] = dO - dO * o;
            dc[dcAt + j] = dcj * f;
            dh[dhAt + j] = 0f;
        }
    }
}
