package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.S4dBlocks;
import scanline.engine.geometry.S4dShape;

/**
 * S4D layers (Gu et al. 2022): every channel is filtered by M damped oscillations of its own. Letters: T steps, B batch, H
 * channels, M modes. With the complex factors a and E of {@link S4dMode} and the input u of a channel,
 * {@code x_t = a x_(t-1) + u_t} for each mode, and {@code y_t = D u_t + sum Re(E x_t)} over the modes in their order.
 *
 * <p>
 * Backward, from the gradient g of y, in one pass from the last step to the first that needs no states of the forward pass:
 * {@code r_t = a r_(t+1) + q_(t+1)}, {@code q_t = a q_(t+1) + g_t}, {@code du_t = D g_t + sum Re(E q_t)}. The sums
 * {@code P = sum u_t q_t} and {@code R = sum u_t r_t} give {@code dE = conj(P)} and {@code da = conj(E R)}.
 * docs/kernels/s4d.md has the derivation.
 *
 * <p>
 * The lanes are channels, in blocks of 16, so that no sum crosses lanes. A thread takes some blocks of channels of
 * some sequences, and copies 128 steps of them at a time to where they lie one behind the other. The loops over
 * these steps then keep a few modes in registers. The sums of the backward pass are gathered in {@link Shards} of sequences.
 *
 * <p>
 * A state that decays without input would become subnormal, and then slow. So 2^-80 is added to every input of a
 * recurrence: nothing beside a number of usual size, and enough to keep a state away from the subnormal numbers.
 */
public final class S4d {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Channels of a block: as many as the widest vector has lanes.
    private static final int LANES = 16;
    // Steps at a time: three copies of them, and the factors, states and sums of a block's modes, fit in the first-level cache.
    private static final int CHUNK = 128;
    // Modes in registers at a time. Forward, each has five factors, negatives included, and a state of two parts; backward,
    // also a second state and four sums.
    private static final int FORWARD_MODES = 4;
    private static final int BACKWARD_MODES = 2;
    private static final float NUDGE = 0x1p-80f;

    // Multiply-adds for each mode and step.
    private static final long FORWARD_COST = 6;
    private static final long BACKWARD_COST = 14;

    private S4d() {}

    /** Sizes in floats; those of a block of channels, unless said otherwise. */
    private record Sizes(int blocks, int modes, int chunk, int factors, int states, int copy) {
        static Sizes of(S4dShape shape) {
            int modes = (shape.modes() + FORWARD_MODES - 1) / FORWARD_MODES * FORWARD_MODES;
            int chunk = Math.min(shape.steps(), CHUNK);
            // Per mode a and E, and D; per mode the real and imaginary parts of a state; one copy of a chunk.
            return new Sizes((shape.channels() + LANES - 1) / LANES, modes, chunk, (4 * modes + 1) * LANES,
                    2 * modes * LANES, chunk * LANES);
        }

        /** The sums P and R of every mode, and that of D. */
        int sums() {
            return factors;
        }

        int forwardPiece() {
            return Lanes.lines(blocks * (2 * copy + states));
        }

        int backwardPiece() {
            return Lanes.lines(blocks * (3 * copy + 2 * states));
        }
    }

    private static int shards(S4dShape shape) {
        Sizes sizes = Sizes.of(shape);
        return Shards.count(shape.batch(), (long) sizes.blocks * sizes.sums());
    }

    private static long cost(S4dShape shape, long each) {
        return each * shape.steps() * shape.batch() * shape.channels() * shape.modes();
    }

    /** The length of the factors of {@link #forward}, in floats. */
    public static int packedLength(S4dShape shape) {
        Sizes sizes = Sizes.of(shape);
        return Lanes.FIRST + sizes.blocks * sizes.factors;
    }

    /** The work space of {@link #forward}, in floats. */
    public static int forwardWork(S4dShape shape, int threads) {
        return Lanes.FIRST + threads * Sizes.of(shape).forwardPiece();
    }

    /** The work space of {@link #backward}, in floats. */
    public static int backwardWork(S4dShape shape, int threads) {
        Sizes sizes = Sizes.of(shape);
        return Lanes.lines(packedLength(shape)) + Lanes.FIRST + shards(shape) * sizes.blocks * sizes.sums()
                + threads * sizes.backwardPiece();
    }

    /**
     * Sets y from x, both [T, B, H].
     *
     * @param after
     *            the states after the last step, [B, 2, M, H]; null if they are not needed
     * @param before
     *            the states before the first step; null for zeros
     */
    public static void forward(Parallel parallel, float[] y, float @Nullable [] after, float[] x,
            float @Nullable [] before, S4dBlocks<float[]> w, Packed packed, float[] work, S4dShape shape) {
        Sizes sizes = Sizes.of(shape);
        float[] factors = packed.values();
        parallel.run(cost(shape, FORWARD_COST), packed,
                (part, parts) -> prepare(factors, Lanes.FIRST, w, shape, sizes, part, parts), (part, parts) -> {
                    int own = Lanes.FIRST + part * sizes.forwardPiece();
                    int end = Parallel.from(part + 1, parts, shape.batch() * sizes.blocks);
                    int unit = Parallel.from(part, parts, shape.batch() * sizes.blocks);
                    while (unit < end) {
                        int from = unit % sizes.blocks;
                        int to = Math.min(sizes.blocks, from + end - unit);
                        forward(y, after, x, before, factors, work, own, shape, sizes, unit / sizes.blocks, from, to);
                        unit += to - from;
                    }
                });
    }

    /** Some blocks of channels of a sequence. */
    private static void forward(float[] y, float @Nullable [] after, float[] x, float @Nullable [] before,
            float[] factors, float[] work, int own, S4dShape shape, Sizes sizes, int b, int from, int to) {
        int blocks = to - from;
        int out = own + blocks * sizes.copy;
        int states = out + blocks * sizes.copy;
        for (int block = 0; block < blocks; block++) {
            int at = states + block * sizes.states;
            if (before == null) {
                Arrays.fill(work, at, at + sizes.states, 0f);
            } else {
                read(work, at, before, b * shape.state(), shape, sizes, from + block);
            }
        }
        for (int first = 0; first < shape.steps(); first += CHUNK) {
            int steps = Math.min(CHUNK, shape.steps() - first);
            for (int t = 0; t < steps; t++) {
                int row = ((first + t) * shape.batch() + b) * shape.channels();
                for (int block = 0; block < blocks; block++) {
                    copy(work, own + block * sizes.copy + t * LANES, x, row, (from + block) * LANES, shape.channels(),
                            NUDGE);
                }
            }
            for (int block = 0; block < blocks; block++) {
                int in = own + block * sizes.copy;
                int result = out + block * sizes.copy;
                int at = Lanes.FIRST + (from + block) * sizes.factors;
                scale(work, result, work, in, factors, at + 4 * sizes.modes * LANES, steps);
                for (int n = 0; n < sizes.modes; n += FORWARD_MODES) {
                    filter(work, result, in, states + block * sizes.states + 2 * n * LANES, factors,
                            at + 4 * n * LANES, steps);
                }
            }
            for (int t = 0; t < steps; t++) {
                int row = ((first + t) * shape.batch() + b) * shape.channels();
                for (int block = 0; block < blocks; block++) {
                    int channel = (from + block) * LANES;
                    System.arraycopy(work, out + block * sizes.copy + t * LANES, y, row + channel,
                            Math.min(LANES, shape.channels() - channel));
                }
            }
        }
        for (int block = 0; after != null && block < blocks; block++) {
            write(after, b * shape.state(), work, states + block * sizes.states, shape, from + block);
        }
    }

    /** Adds to dx and to the gradients of the weights; one that is null is not computed. */
    public static void backward(Parallel parallel, float @Nullable [] dx, S4dBlocks<float[]> dw, float[] dy, float[] x,
            S4dBlocks<float[]> w, float[] work, S4dShape shape) {
        Sizes sizes = Sizes.of(shape);
        int shards = shards(shape);
        int sums = Lanes.lines(packedLength(shape)) + Lanes.FIRST;
        int piece = sums + shards * sizes.blocks * sizes.sums();
        parallel.run(cost(shape, BACKWARD_COST), (part, parts) -> {
            prepare(work, Lanes.FIRST, w, shape, sizes, part, parts);
            parallel.meet(part, parts);
            int own = piece + part * sizes.backwardPiece();
            int end = Parallel.from(part + 1, parts, shards * sizes.blocks);
            int unit = Parallel.from(part, parts, shards * sizes.blocks);
            while (unit < end) {
                int shard = unit / sizes.blocks;
                int from = unit % sizes.blocks;
                int to = Math.min(sizes.blocks, from + end - unit);
                Arrays.fill(work, sums + unit * sizes.sums(), sums + (unit + to - from) * sizes.sums(), 0f);
                int last = Parallel.from(shard + 1, shards, shape.batch());
                for (int b = Parallel.from(shard, shards, shape.batch()); b < last; b++) {
                    backward(dx, dy, x, work, own, sums + unit * sizes.sums(), shape, sizes, b, from, to);
                }
                unit += to - from;
            }
            parallel.meet(part, parts);
            addGradients(dw, w, work, sums, shape, sizes, part, parts);
        });
    }

    /** Some blocks of channels of a sequence. */
    private static void backward(float @Nullable [] dx, float[] dy, float[] x, float[] work, int own, int sums,
            S4dShape shape, Sizes sizes, int b, int from, int to) {
        int blocks = to - from;
        int gradients = own + blocks * sizes.copy;
        int out = gradients + blocks * sizes.copy;
        int states = out + blocks * sizes.copy;
        Arrays.fill(work, states, states + 2 * blocks * sizes.states, 0f);
        for (int first = (shape.steps() - 1) / CHUNK * CHUNK; first >= 0; first -= CHUNK) {
            int steps = Math.min(CHUNK, shape.steps() - first);
            for (int t = 0; t < steps; t++) {
                int row = ((first + t) * shape.batch() + b) * shape.channels();
                for (int block = 0; block < blocks; block++) {
                    int place = block * sizes.copy + t * LANES;
                    int channel = (from + block) * LANES;
                    copy(work, own + place, x, row, channel, shape.channels(), 0f);
                    copy(work, gradients + place, dy, row, channel, shape.channels(), NUDGE);
                }
            }
            for (int block = 0; block < blocks; block++) {
                int u = own + block * sizes.copy;
                int g = gradients + block * sizes.copy;
                int du = out + block * sizes.copy;
                int at = Lanes.FIRST + (from + block) * sizes.factors;
                int sum = sums + block * sizes.sums();
                int ofD = 4 * sizes.modes * LANES;
                scale(work, du, work, g, work, at + ofD, steps);
                addProducts(work, sum + ofD, u, g, steps);
                for (int n = 0; n < sizes.modes; n += BACKWARD_MODES) {
                    filterBack(work, du, sum + 4 * n * LANES, u, g, states + 2 * block * sizes.states + 4 * n * LANES,
                            at + 4 * n * LANES, steps);
                }
            }
            for (int t = 0; dx != null && t < steps; t++) {
                int row = ((first + t) * shape.batch() + b) * shape.channels();
                for (int block = 0; block < blocks; block++) {
                    int channel = (from + block) * LANES;
                    Elementwise.accumulate(dx, row + channel, work, out + block * sizes.copy + t * LANES,
                            Math.min(LANES, shape.channels() - channel));
                }
            }
        }
    }

    /** Computes the factors of a thread's channels, those that only fill up a block included: these are 0. */
    private static void prepare(float[] factors, int at, S4dBlocks<float[]> w, S4dShape shape, Sizes sizes, int part,
            int parts) {
        S4dMode mode = new S4dMode();
        int end = Parallel.from(part + 1, parts, sizes.blocks * LANES);
        for (int h = Parallel.from(part, parts, sizes.blocks * LANES); h < end; h++) {
            boolean real = h < shape.channels();
            int place = at + h / LANES * sizes.factors + h % LANES;
            for (int n = 0; n < sizes.modes; n++, place += 4 * LANES) {
                boolean used = real && n < shape.modes();
                if (used) {
                    mode.read(w, h, n, shape.modes());
                }
                factors[place] = used ? mode.aReal() : 0f;
                factors[place + LANES] = used ? mode.aImaginary() : 0f;
                factors[place + 2 * LANES] = used ? mode.eReal() : 0f;
                factors[place + 3 * LANES] = used ? mode.eImaginary() : 0f;
            }
            factors[place] = real ? w.d()[h] : 0f;
        }
    }

    /** Adds the sums of all shards, and from these the gradients of a thread's channels. */
    private static void addGradients(S4dBlocks<float[]> dw, S4dBlocks<float[]> w, float[] work, int sums,
            S4dShape shape, Sizes sizes, int part, int parts) {
        S4dMode mode = new S4dMode();
        int shards = shards(shape);
        int shard = sizes.blocks * sizes.sums();
        int end = Parallel.from(part + 1, parts, shape.channels());
        for (int h = Parallel.from(part, parts, shape.channels()); h < end; h++) {
            int place = sums + h / LANES * sizes.sums() + h % LANES;
            double dLogDt = 0;
            for (int n = 0; n < shape.modes(); n++) {
                mode.read(w, h, n, shape.modes());
                int at = place + 4 * n * LANES;
                dLogDt += mode.addGradients(dw, sum(work, at, shard, shards), sum(work, at + LANES, shard, shards),
                        sum(work, at + 2 * LANES, shard, shards), sum(work, at + 3 * LANES, shard, shards));
            }
            if (dw.logDt() != null) {
                dw.logDt()[h] += (float) dLogDt;
            }
            if (dw.d() != null) {
                dw.d()[h] += (float) sum(work, place + 4 * sizes.modes * LANES, shard, shards);
            }
        }
    }

    private static double sum(float[] work, int at, int shard, int shards) {
        double sum = 0;
        for (int i = 0; i < shards; i++) {
            sum += work[at + i * shard];
        }
        return sum;
    }

    /** Copies a block of channels of a step, and adds the nudge; what only fills up the block is 0. */
    private static void copy(float[] y, int at, float[] x, int row, int channel, int channels, float nudge) {
        int n = Math.min(LANES, channels - channel);
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, x, row + channel + i).add(nudge).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = x[row + channel + i] + nudge;
        }
        for (; i < LANES; i++) {
            y[at + i] = 0f;
        }
    }

    /** Reads the states of a block of channels of a sequence. */
    private static void read(float[] work, int at, float[] states, int row, S4dShape shape, Sizes sizes, int block) {
        int channel = block * LANES;
        int n = Math.min(LANES, shape.channels() - channel);
        Arrays.fill(work, at, at + sizes.states, 0f);
        for (int mode = 0; mode < shape.modes(); mode++) {
            int from = row + mode * shape.channels() + channel;
            System.arraycopy(states, from, work, at + 2 * mode * LANES, n);
            System.arraycopy(states, from + shape.state() / 2, work, at + (2 * mode + 1) * LANES, n);
        }
    }

    /** Writes the states of a block of channels of a sequence. */
    private static void write(float[] states, int row, float[] work, int at, S4dShape shape, int block) {
        int channel = block * LANES;
        int n = Math.min(LANES, shape.channels() - channel);
        for (int mode = 0; mode < shape.modes(); mode++) {
            int to = row + mode * shape.channels() + channel;
            System.arraycopy(work, at + 2 * mode * LANES, states, to, n);
            System.arraycopy(work, at + (2 * mode + 1) * LANES, states, to + shape.state() / 2, n);
        }
    }

    /** {@code y_t = d x_t}. */
    private static void scale(float[] y, int yAt, float[] x, int xAt, float[] d, int dAt, int steps) {
        for (int lane = 0; lane < LANES; lane += S.length()) {
            FloatVector factor = FloatVector.fromArray(S, d, dAt + lane);
            for (int i = lane; i < steps * LANES; i += LANES) {
                FloatVector.fromArray(S, x, xAt + i).mul(factor).intoArray(y, yAt + i);
            }
        }
    }

    /** Adds the sum of {@code u_t g_t} to the sum of D. */
    private static void addProducts(float[] work, int sum, int u, int g, int steps) {
        for (int lane = 0; lane < LANES; lane += S.length()) {
            FloatVector products = FloatVector.zero(S);
            for (int i = lane; i < steps * LANES; i += LANES) {
                products = FloatVector.fromArray(S, work, u + i).fma(FloatVector.fromArray(S, work, g + i), products);
            }
            FloatVector.fromArray(S, work, sum + lane).add(products).intoArray(work, sum + lane);
        }
    }

    /**
     * {@code x_t = a x_(t-1) + u_t} and {@code y_t += Re(E x_t)} for four modes. Each has a chain of two multiply-adds from one
     * step to the next, so that it takes four to keep the units busy; and y is loaded and stored once for all four.
     * Of each mode, a and i are the real and the imaginary part of the factor a, and m is -i; e is the real part of E, and n its
     * imaginary part with the opposite sign; r and j are the parts of the state.
     *
     * @param x
     *            the states of the modes, which are replaced by those after the steps
     * @param a
     *            their factors
     */
    private static void filter(float[] work, int y, int u, int x, float[] factors, int a, int steps) {
        for (int lane = 0; lane < LANES; lane += S.length()) {
            int f = a + lane;
            FloatVector a0 = FloatVector.fromArray(S, factors, f);
            FloatVector i0 = FloatVector.fromArray(S, factors, f + LANES);
            FloatVector e0 = FloatVector.fromArray(S, factors, f + 2 * LANES);
            FloatVector n0 = FloatVector.fromArray(S, factors, f + 3 * LANES).neg();
            FloatVector m0 = i0.neg();
            f += 4 * LANES;
            FloatVector a1 = FloatVector.fromArray(S, factors, f);
            FloatVector i1 = FloatVector.fromArray(S, factors, f + LANES);
            FloatVector e1 = FloatVector.fromArray(S, factors, f + 2 * LANES);
            FloatVector n1 = FloatVector.fromArray(S, factors, f + 3 * LANES).neg();
            FloatVector m1 = i1.neg();
            f += 4 * LANES;
            FloatVector a2 = FloatVector.fromArray(S, factors, f);
            FloatVector i2 = FloatVector.fromArray(S, factors, f + LANES);
            FloatVector e2 = FloatVector.fromArray(S, factors, f + 2 * LANES);
            FloatVector n2 = FloatVector.fromArray(S, factors, f + 3 * LANES).neg();
            FloatVector m2 = i2.neg();
            f += 4 * LANES;
            FloatVector a3 = FloatVector.fromArray(S, factors, f);
            FloatVector i3 = FloatVector.fromArray(S, factors, f + LANES);
            FloatVector e3 = FloatVector.fromArray(S, factors, f + 2 * LANES);
            FloatVector n3 = FloatVector.fromArray(S, factors, f + 3 * LANES).neg();
            FloatVector m3 = i3.neg();
            int s = x + lane;
            FloatVector r0 = FloatVector.fromArray(S, work, s);
            FloatVector j0 = FloatVector.fromArray(S, work, s + LANES);
            FloatVector r1 = FloatVector.fromArray(S, work, s + 2 * LANES);
            FloatVector j1 = FloatVector.fromArray(S, work, s + 3 * LANES);
            FloatVector r2 = FloatVector.fromArray(S, work, s + 4 * LANES);
            FloatVector j2 = FloatVector.fromArray(S, work, s + 5 * LANES);
            FloatVector r3 = FloatVector.fromArray(S, work, s + 6 * LANES);
            FloatVector j3 = FloatVector.fromArray(S, work, s + 7 * LANES);
            for (int i = lane; i < steps * LANES; i += LANES) {
                FloatVector input = FloatVector.fromArray(S, work, u + i);
                FloatVector next = a0.fma(r0, m0.fma(j0, input));
                j0 = a0.fma(j0, i0.mul(r0));
                r0 = next;
                FloatVector sum = n0.fma(j0, e0.fma(r0, FloatVector.fromArray(S, work, y + i)));
                next = a1.fma(r1, m1.fma(j1, input));
                j1 = a1.fma(j1, i1.mul(r1));
                r1 = next;
                sum = n1.fma(j1, e1.fma(r1, sum));
                next = a2.fma(r2, m2.fma(j2, input));
                j2 = a2.fma(j2, i2.mul(r2));
                r2 = next;
                sum = n2.fma(j2, e2.fma(r2, sum));
                next = a3.fma(r3, m3.fma(j3, input));
                j3 = a3.fma(j3, i3.mul(r3));
                r3 = next;
                n3.fma(j3, e3.fma(r3, sum)).intoArray(work, y + i);
            }
            r0.intoArray(work, s);
            j0.intoArray(work, s + LANES);
            r1.intoArray(work, s + 2 * LANES);
            j1.intoArray(work, s + 3 * LANES);
            r2.intoArray(work, s + 4 * LANES);
            j2.intoArray(work, s + 5 * LANES);
            r3.intoArray(work, s + 6 * LANES);
            j3.intoArray(work, s + 7 * LANES);
        }
    }

    /**
     * From the last step to the first, {@code r_t = a r_(t+1) + q_(t+1)}, {@code q_t = a q_(t+1) + g_t} and
     * {@code du_t += Re(E q_t)} for two modes, as more do not fit in the registers. The factors are named as in {@link #filter};
     * q and p are the parts of the state q, and r and j those of the state r.
     *
     * @param sums
     *            the sums of {@code u_t q_t} and {@code u_t r_t} of the modes, which are added to
     * @param states
     *            q and r of the modes, which are replaced by those of the first step
     * @param a
     *            the factors of the modes
     */
    private static void filterBack(float[] work, int du, int sums, int u, int g, int states, int a, int steps) {
        for (int lane = 0; lane < LANES; lane += S.length()) {
            int f = a + lane;
            FloatVector a0 = FloatVector.fromArray(S, work, f);
            FloatVector i0 = FloatVector.fromArray(S, work, f + LANES);
            FloatVector e0 = FloatVector.fromArray(S, work, f + 2 * LANES);
            FloatVector n0 = FloatVector.fromArray(S, work, f + 3 * LANES).neg();
            FloatVector m0 = i0.neg();
            f += 4 * LANES;
            FloatVector a1 = FloatVector.fromArray(S, work, f);
            FloatVector i1 = FloatVector.fromArray(S, work, f + LANES);
            FloatVector e1 = FloatVector.fromArray(S, work, f + 2 * LANES);
            FloatVector n1 = FloatVector.fromArray(S, work, f + 3 * LANES).neg();
            FloatVector m1 = i1.neg();
            int s = states + lane;
            FloatVector q0 = FloatVector.fromArray(S, work, s);
            FloatVector p0 = FloatVector.fromArray(S, work, s + LANES);
            FloatVector r0 = FloatVector.fromArray(S, work, s + 2 * LANES);
            FloatVector j0 = FloatVector.fromArray(S, work, s + 3 * LANES);
            FloatVector q1 = FloatVector.fromArray(S, work, s + 4 * LANES);
            FloatVector p1 = FloatVector.fromArray(S, work, s + 5 * LANES);
            FloatVector r1 = FloatVector.fromArray(S, work, s + 6 * LANES);
            FloatVector j1 = FloatVector.fromArray(S, work, s + 7 * LANES);
            FloatVector uq0 = FloatVector.zero(S);
            FloatVector up0 = FloatVector.zero(S);
            FloatVector ur0 = FloatVector.zero(S);
            FloatVector uj0 = FloatVector.zero(S);
            FloatVector uq1 = FloatVector.zero(S);
            FloatVector up1 = FloatVector.zero(S);
            FloatVector ur1 = FloatVector.zero(S);
            FloatVector uj1 = FloatVector.zero(S);
            for (int i = (steps - 1) * LANES + lane; i >= 0; i -= LANES) {
                FloatVector gradient = FloatVector.fromArray(S, work, g + i);
                FloatVector input = FloatVector.fromArray(S, work, u + i);
                FloatVector next = a0.fma(r0, m0.fma(j0, q0));
                j0 = a0.fma(j0, i0.fma(r0, p0));
                r0 = next;
                next = a0.fma(q0, m0.fma(p0, gradient));
                p0 = a0.fma(p0, i0.mul(q0));
                q0 = next;
                FloatVector sum = n0.fma(p0, e0.fma(q0, FloatVector.fromArray(S, work, du + i)));
                uq0 = input.fma(q0, uq0);
                up0 = input.fma(p0, up0);
                ur0 = input.fma(r0, ur0);
                uj0 = input.fma(j0, uj0);
                next = a1.fma(r1, m1.fma(j1, q1));
                j1 = a1.fma(j1, i1.fma(r1, p1));
                r1 = next;
                next = a1.fma(q1, m1.fma(p1, gradient));
                p1 = a1.fma(p1, i1.mul(q1));
                q1 = next;
                n1.fma(p1, e1.fma(q1, sum)).intoArray(work, du + i);
                uq1 = input.fma(q1, uq1);
                up1 = input.fma(p1, up1);
                ur1 = input.fma(r1, ur1);
                uj1 = input.fma(j1, uj1);
            }
            q0.intoArray(work, s);
            p0.intoArray(work, s + LANES);
            r0.intoArray(work, s + 2 * LANES);
            j0.intoArray(work, s + 3 * LANES);
            q1.intoArray(work, s + 4 * LANES);
            p1.intoArray(work, s + 5 * LANES);
            r1.intoArray(work, s + 6 * LANES);
            j1.intoArray(work, s + 7 * LANES);
            int t = sums + lane;
            uq0.add(FloatVector.fromArray(S, work, t)).intoArray(work, t);
            up0.add(FloatVector.fromArray(S, work, t + LANES)).intoArray(work, t + LANES);
            ur0.add(FloatVector.fromArray(S, work, t + 2 * LANES)).intoArray(work, t + 2 * LANES);
            uj0.add(FloatVector.fromArray(S, work, t + 3 * LANES)).intoArray(work, t + 3 * LANES);
            uq1.add(FloatVector.fromArray(S, work, t + 4 * LANES)).intoArray(work, t + 4 * LANES);
            up1.add(FloatVector.fromArray(S, work, t + 5 * LANES)).intoArray(work, t + 5 * LANES);
            ur1.add(FloatVector.fromArray(S, work, t + 6 * LANES)).intoArray(work, t + 6 * LANES);
            uj1.add(FloatVector.fromArray(S, work, t + 7 * LANES)).intoArray(work, t + 7 * LANES);
        }
    }
}
