package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.CellKind;

/**
 * Long expressive memory (Rusch et al. 2022, "Long expressive memory for sequence modeling", equation 3), whose y and z
 * are h and c here; the blocks have the order r, s, v, u, as the authors' program has them. With
 * {@code a = W x + b + U h' + d}:
 *
 * <pre>
 * r, s = dt sigmoid(a)      u = tanh(a)               c = c' + s (u - c')
 *                           v = tanh(W x + b + V c + e)      h = h' + r (v - h')
 * </pre>
 *
 * The backward pass needs the sigmoids, v, u and the states. The derivation is in docs/kernels/recurrent.md.
 *
 * @param dt
 *            the longest time step
 */
public record LemCell(float dt) implements RecurrentCell {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int V = 2;

    @Override
    public CellKind kind() {
        return CellKind.LEM;
    }

    @Override
    public int split() {
        return 0;
    }

    @Override
    public int stateGate(int b) {
        return b < V ? b : b - 1;
    }

    @Override
    public int innerBlock() {
        return V;
    }

    @Override
    public int saved() {
        return 4;
    }

    @Override
    public void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden) {
        float[] saved = at.saved();
        for (int i = 0; i < rows; i++) {
            int gate = at.savedAt() + 4 * i * hidden;
            int sum = sumsAt + 4 * i * hidden;
            Activations.sigmoid(saved, gate, sums, sum, n);
            Activations.sigmoid(saved, gate + hidden, sums, sum + hidden, n);
            Activations.tanh(saved, gate + 3 * hidden, sums, sum + 3 * hidden, n);
            approach(at.c(), at.cAt() + i * hidden, at.cellBefore(), at.cellBeforeAt() + i * hidden, saved,
                    gate + hidden, gate + 3 * hidden, dt, n);
        }
    }

    @Override
    public void finish(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden) {
        float[] saved = at.saved();
        for (int i = 0; i < rows; i++) {
            int gate = at.savedAt() + 4 * i * hidden;
            Activations.tanh(saved, gate + V * hidden, sums, sumsAt + (4 * i + V) * hidden, n);
            approach(at.h(), at.hAt() + i * hidden, at.before(), at.beforeAt() + i * hidden, saved, gate,
                    gate + V * hidden, dt, n);
        }
    }

    @Override
    public void backward(CellStep at, CellStepGradients d, int rows, int hidden) {
        for (int i = 0; i < rows; i++) {
            int row = i * hidden;
            approachGradients(d.work(), d.sums() + 4 * row, d.panels() + i * Gemm.PANEL, d.depth(), 0, V, d.dh(),
                    d.at() + row, at.before(), at.beforeAt() + row, at.saved(), at.savedAt() + 4 * row, dt, hidden);
        }
    }

    @Override
    public void finishBackward(CellStep at, CellStepGradients d, int rows, int hidden) {
        for (int i = 0; i < rows; i++) {
            int row = i * hidden;
            approachGradients(d.work(), d.sums() + 4 * row, d.panels() + i * Gemm.PANEL, d.depth(), 1, 3, d.dc(),
                    d.at() + row, at.cellBefore(), at.cellBeforeAt() + row, at.saved(), at.savedAt() + 4 * row, dt,
                    hidden);
        }
    }

    /** {@code y = y' + dt g (v - y')} for n units: a state approaches a candidate. */
    private static void approach(float[] y, int at, float[] before, int beforeAt, float[] saved, int gate,
            int candidate, float dt, int n) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector old = FloatVector.fromArray(S, before, beforeAt + j);
            FloatVector.fromArray(S, saved, gate + j).mul(dt)
                    .fma(FloatVector.fromArray(S, saved, candidate + j).sub(old), old).intoArray(y, at + j);
        }
        for (; j < n; j++) {
            float old = before[beforeAt + j];
            y[at + j] = Math.fma(saved[gate + j] * dt, saved[candidate + j] - old, old);
        }
    }

    /**
     * Computes the gradients of the sums of the gate and of the candidate of one row of {@link #approach}, blocks
     * {@code gate} and {@code candidate}, and replaces the gradient of the state by that of the previous one.
     */
    private static void approachGradients(float[] work, int d, int panels, int depth, int gate, int candidate,
            float[] dy, int dyAt, float[] before, int beforeAt, float[] saved, int savedAt, float dt, int hidden) {
        int block = Gemm.packedLength(depth, hidden);
        int g = gate * hidden;
        int v = candidate * hidden;
        int j = 0;
        for (int end = S.loopBound(hidden); j < end; j += S.length()) {
            FloatVector gj = FloatVector.fromArray(S, saved, savedAt + g + j);
            FloatVector vj = FloatVector.fromArray(S, saved, savedAt + v + j);
            FloatVector incoming = FloatVector.fromArray(S, dy, dyAt + j);
            FloatVector dyj = incoming.blend(0f, incoming.abs().compare(VectorOperators.LT, TINY));
            FloatVector dv = dyj.mul(gj.mul(dt));
            FloatVector dg = dv.mul(vj.sub(FloatVector.fromArray(S, before, beforeAt + j)));
            FloatVector d0 = dg.sub(dg.mul(gj));
            FloatVector d1 = dv.sub(dv.mul(vj).mul(vj));
            d0.intoArray(work, d + g + j);
            d1.intoArray(work, d + v + j);
            int to = RecurrentCell.inPanel(panels, j, depth);
            d0.intoArray(work, to + gate * block);
            d1.intoArray(work, to + candidate * block);
            dyj.sub(dv).intoArray(dy, dyAt + j);
        }
        for (; j < hidden; j++) {
            float gj = saved[savedAt + g + j];
            float vj = saved[savedAt + v + j];
            float dyj = RecurrentCell.flush(dy[dyAt + j]);
            float dv = dyj * (gj * dt);
            float dg = dv * (vj - before[beforeAt + j]);
            int to = RecurrentCell.inPanel(panels, j, depth);
            work[d + g + j] = work[to + gate * block] = dg - dg * gj;
            work[d + v + j] = work[to + candidate * block] = dv - dv * vj * vj;
            dy[dyAt + j] = dyj - dv;
        }
    }
}
