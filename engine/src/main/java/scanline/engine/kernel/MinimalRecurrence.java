package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.geometry.MinimalShape;

/**
 * Minimal recurrences (Feng et al. 2024): {@code h = h' + z (c - h')}, where z and c depend on sums of the input alone.
 * Every unit of every row is a recurrence of its own, so each thread takes some rows, or some units of all rows, through
 * all steps. The backward pass computes z and c again from the sums. The derivation is in docs/kernels/minimal.md.
 *
 * <p>
 * Letters: T steps, B batch, H hidden. The sums are [T, B, blocks x H]: v of the candidate, then the gates.
 */
public final class MinimalRecurrence {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    // Gradients below it can no longer change a sum; subnormal ones would be slow.
    private static final float TINY = RecurrentCell.TINY;
    // Of a row: z, c and the activations of at most two gates.
    private static final int WORK_ROWS = 4;

    private MinimalRecurrence() {}

    /** The work space of {@link #forward} and {@link #backward}, in floats. */
    public static int work(MinimalShape shape, int threads) {
        return Lanes.FIRST + threads * WORK_ROWS * Lanes.lines(shape.hidden()) + shape.batch() * shape.hidden();
    }

    /**
     * Computes the states of all steps.
     *
     * @param h
     *            [T, B, H]
     * @param before
     *            the state before the first step, [B, H]
     * @param work
     *            work space, {@link #work} floats
     */
    public static void forward(Parallel parallel, float[] h, float[] sums, float[] before, float[] work,
            MinimalShape shape) {
        parallel.run((long) shape.steps() * shape.batch() * shape.width(), (part, parts) -> {
            int hidden = shape.hidden();
            int firstRow = row(part, parts, shape.batch(), false);
            int lastRow = row(part, parts, shape.batch(), true);
            int unit = unit(part, parts, shape, false);
            int units = unit(part, parts, shape, true) - unit;
            int line = Lanes.lines(hidden);
            int z = Lanes.FIRST + part * WORK_ROWS * line;
            for (int t = 0; t < shape.steps(); t++) {
                for (int row = firstRow; row < lastRow; row++) {
                    int at = (t * shape.batch() + row) * hidden + unit;
                    int sum = (t * shape.batch() + row) * shape.width() + unit;
                    activations(work, z, line, sums, sum, hidden, shape.kind(), units);
                    float[] from = t == 0 ? before : h;
                    int fromAt = t == 0 ? row * hidden + unit : at - shape.batch() * hidden;
                    approach(h, at, from, fromAt, work, z, z + line, units);
                }
            }
        });
    }

    /**
     * Adds to the gradients of the sums and of the state before the first step, of which either may be null.
     *
     * @param work
     *            work space, {@link #work} floats
     */
    public static void backward(Parallel parallel, float @Nullable [] dsums, float @Nullable [] dbefore,
            float[] dh, float[] h, float[] sums, float[] before,
            float[] work, MinimalShape shape) {
        parallel.run((long) shape.steps() * shape.batch() * shape.width(), (part, parts) -> {
            int hidden = shape.hidden();
            int firstRow = row(part, parts, shape.batch(), false);
            int lastRow = row(part, parts, shape.batch(), true);
            int unit = unit(part, parts, shape, false);
            int units = unit(part, parts, shape, true) - unit;
            int line = Lanes.lines(hidden);
            int z = Lanes.FIRST + part * WORK_ROWS * line;
            int carry = Lanes.FIRST + parts * WORK_ROWS * line;
            for (int row = firstRow; row < lastRow; row++) {
                int state = carry + row * hidden + unit;
                Arrays.fill(work, state, state + units, 0f);
            }
            for (int t = shape.steps() - 1; t >= 0; t--) {
                for (int row = firstRow; row < lastRow; row++) {
                    int state = row * hidden + unit;
                    int at = t * shape.batch() * hidden + state;
                    int sum = (t * shape.batch() + row) * shape.width() + unit;
                    activations(work, z, line, sums, sum, hidden, shape.kind(), units);
                    Elementwise.accumulate(work, carry + state, dh, at, units);
                    float[] from = t == 0 ? before : h;
                    int fromAt = t == 0 ? state : at - shape.batch() * hidden;
                    // Turns z and c into the gradients of the share and of v.
                    stepGradients(work, z, z + line, carry + state, sums, sum, from, fromAt, units);
                    if (dsums != null) {
                        Elementwise.accumulate(dsums, sum, work, z + line, units);
                        if (shape.kind() == MinimalKind.GRU) {
                            Elementwise.accumulate(dsums, sum + hidden, work, z, units);
                        } else {
                            gateGradients(dsums, sum + hidden, -1f, work, z, z + 2 * line, units);
                            gateGradients(dsums, sum + 2 * hidden, 1f, work, z, z + 3 * line, units);
                        }
                    }
                }
            }
            for (int row = firstRow; dbefore != null && row < lastRow; row++) {
                int state = row * hidden + unit;
                Elementwise.accumulate(dbefore, state, work, carry + state, units);
            }
        });
    }

    /** The first row of a part, or the one behind its last; with fewer rows than parts, each part has all rows. */
    private static int row(int part, int parts, int batch, boolean last) {
        return batch >= parts ? Parallel.from(last ? part + 1 : part, parts, batch) : last ? batch : 0;
    }

    /** The first unit of a part, or the one behind its last; only with fewer rows than parts are units divided. */
    private static int unit(int part, int parts, MinimalShape shape, boolean last) {
        int hidden = shape.hidden();
        return shape.batch() < parts ? Parallel.from(last ? part + 1 : part, parts, hidden) : last ? hidden : 0;
    }

    /** Computes z and, a line later, c of n units of a row; for an LSTM f and i behind them. */
    private static void activations(float[] work, int z, int line, float[] sums, int sum, int hidden, MinimalKind kind,
            int n) {
        Activations.sigmoid(work, z + line, sums, sum, n);
        candidate(work, z + line, sums, sum, n);
        if (kind == MinimalKind.GRU) {
            Activations.sigmoid(work, z, sums, sum + hidden, n);
        } else {
            Activations.sigmoid(work, z + 2 * line, sums, sum + hidden, n);
            Activations.sigmoid(work, z + 3 * line, sums, sum + 2 * hidden, n);
            share(work, z, z + 2 * line, z + 3 * line, n);
        }
    }

    /** Replaces {@code c = sigmoid(v)} by {@code v + 1/2} where v is not negative. */
    private static void candidate(float[] c, int at, float[] v, int vAt, int n) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector x = FloatVector.fromArray(S, v, vAt + j);
            FloatVector.fromArray(S, c, at + j).blend(x.add(0.5f), x.compare(VectorOperators.GE, 0f))
                    .intoArray(c, at + j);
        }
        for (; j < n; j++) {
            float x = v[vAt + j];
            c[at + j] = x >= 0f ? x + 0.5f : c[at + j];
        }
    }

    /** {@code z = i / (f + i)}. */
    private static void share(float[] work, int z, int f, int i, int n) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector in = FloatVector.fromArray(S, work, i + j);
            in.div(FloatVector.fromArray(S, work, f + j).add(in)).intoArray(work, z + j);
        }
        for (; j < n; j++) {
            float in = work[i + j];
            work[z + j] = in / (work[f + j] + in);
        }
    }

    /** {@code h = h' + z (c - h')}. */
    private static void approach(float[] h, int at, float[] before, int beforeAt, float[] work, int z, int c, int n) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector old = FloatVector.fromArray(S, before, beforeAt + j);
            FloatVector.fromArray(S, work, z + j).fma(FloatVector.fromArray(S, work, c + j).sub(old), old)
                    .intoArray(h, at + j);
        }
        for (; j < n; j++) {
            float old = before[beforeAt + j];
            h[at + j] = Math.fma(work[z + j], work[c + j] - old, old);
        }
    }

    /**
     * From the gradient d of the state: replaces z by {@code d (c - h') z (1 - z)}, c by the gradient of v, and d by that
     * of the previous state.
     */
    private static void stepGradients(float[] work, int z, int c, int d, float[] sums, int v, float[] before,
            int beforeAt, int n) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector zj = FloatVector.fromArray(S, work, z + j);
            FloatVector cj = FloatVector.fromArray(S, work, c + j);
            FloatVector incoming = FloatVector.fromArray(S, work, d + j);
            FloatVector dj = incoming.blend(0f, incoming.abs().compare(VectorOperators.LT, TINY));
            FloatVector dc = dj.mul(zj);
            FloatVector dz = dc.mul(cj.sub(FloatVector.fromArray(S, before, beforeAt + j)));
            FloatVector slope = dc.mul(cj);
            dz.sub(dz.mul(zj)).intoArray(work, z + j);
            slope.sub(slope.mul(cj))
                    .blend(dc, FloatVector.fromArray(S, sums, v + j).compare(VectorOperators.GE, 0f))
                    .intoArray(work, c + j);
            dj.sub(dc).intoArray(work, d + j);
        }
        for (; j < n; j++) {
            float zj = work[z + j];
            float cj = work[c + j];
            float dj = RecurrentCell.flush(work[d + j]);
            float dc = dj * zj;
            float dz = dc * (cj - before[beforeAt + j]);
            float slope = dc * cj;
            work[z + j] = dz - dz * zj;
            work[c + j] = sums[v + j] >= 0f ? dc : slope - slope * cj;
            work[d + j] = dj - dc;
        }
    }

    /** {@code dsums += sign d (1 - g)} for a gate g. */
    private static void gateGradients(float[] dsums, int at, float sign, float[] work, int d, int gate, int n) {
        int j = 0;
        for (int end = S.loopBound(n); j < end; j += S.length()) {
            FloatVector dj = FloatVector.fromArray(S, work, d + j);
            dj.sub(dj.mul(FloatVector.fromArray(S, work, gate + j))).mul(sign)
                    .add(FloatVector.fromArray(S, dsums, at + j)).intoArray(dsums, at + j);
        }
        for (; j < n; j++) {
            float dj = work[d + j];
            dsums[at + j] += (dj - dj * work[gate + j]) * sign;
        }
    }
}
