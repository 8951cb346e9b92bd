package scanline.engine.cpu;

import static scanline.engine.cpu.HeapBuffer.floats;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.kernel.Activations;
import scanline.engine.kernel.Attention;
import scanline.engine.kernel.BatchNorm;
import scanline.engine.kernel.Convolution;
import scanline.engine.kernel.ConvolutionGradient;
import scanline.engine.kernel.Dropout;
import scanline.engine.kernel.Elementwise;
import scanline.engine.kernel.FeedForward;
import scanline.engine.kernel.Gelu;
import scanline.engine.kernel.Gemm;
import scanline.engine.kernel.GruCell;
import scanline.engine.kernel.Lanes;
import scanline.engine.kernel.LayerNorm;
import scanline.engine.kernel.LstmCell;
import scanline.engine.kernel.Parallel;
import scanline.engine.kernel.PooledBatchNorm;
import scanline.engine.kernel.Pooling;
import scanline.engine.kernel.RecurrentCell;
import scanline.engine.kernel.RecurrentGradient;
import scanline.engine.kernel.RecurrentSequence;
import scanline.engine.kernel.Reduction;
import scanline.engine.kernel.RnnCell;
import scanline.engine.kernel.SelfAttention;
import scanline.engine.kernel.Softmax;
import scanline.engine.kernel.Transposition;
import scanline.engine.kernel.Updates;
import scanline.engine.kernel.WeightGradient;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.FusedAttention;
import scanline.engine.tensor.FusedPerceptron;
import scanline.engine.tensor.Nonlinearity;
import scanline.engine.tensor.PooledNormalisation;
import scanline.engine.tensor.Recurrence;
import scanline.engine.tensor.RecurrentSequences;
import scanline.engine.tensor.Window;

/** The kernels over float arrays, on a team of threads. */
public final class CpuBackend
        implements
            Backend,
            RecurrentSequences,
            FusedAttention,
            FusedPerceptron,
            PooledNormalisation {
    // Below these sizes waking the other threads takes longer than the work.
    private static final int ELEMENTS_A_THREAD = 16_384;
    private static final long PRODUCTS_A_THREAD = 100_000;

    private static final RecurrentCell RNN_TANH = new RnnCell(false);
    private static final RecurrentCell RNN_RELU = new RnnCell(true);
    private static final RecurrentCell LSTM = new LstmCell();
    private static final RecurrentCell GRU = new GruCell();

    private final Parallel parallel;
    private float[] work = new float[0];

    /** A backend with a team of so many threads. */
    public CpuBackend(int threads) {
        parallel = new Parallel(threads);
    }

    /** How the module offers this backend to {@link Backend#load}. */
    public static Backend.Provider provider() {
        return CpuBackend::new;
    }

    @Override
    public String name() {
        return "cpu, " + parallel.threads() + (parallel.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public Buffer allocate(int length) {
        return new HeapBuffer(new float[length]);
    }

    @Override
    public void fill(Buffer y, int from, int n, float value) {
        ranges(n, (at, length) -> Arrays.fill(floats(y), from + at, from + at + length, value));
    }

    @Override
    public void copy(Buffer y, int yFrom, int yStride, Buffer x, int xFrom, int xStride, int rows, int n) {
        pieces(rows, n, rows > 1, (from, to, at, length) -> {
            for (int i = from; i < to; i++) {
                System.arraycopy(floats(x), xFrom + i * xStride + at, floats(y), yFrom + i * yStride + at, length);
            }
        });
    }

    @Override
    public void accumulate(Buffer y, int yFrom, int yStride, Buffer x, int xFrom, int xStride, int rows, int n) {
        // Rows that are added to the same place stay in order: columns are divided then.
        pieces(rows, n, rows > 1 && yStride != 0, (from, to, at, length) -> {
            for (int i = from; i < to; i++) {
                Elementwise.accumulate(floats(y), yFrom + i * yStride + at, floats(x), xFrom + i * xStride + at,
                        length);
            }
        });
    }

    @Override
    public void add(Buffer y, Buffer a, Buffer b, int n) {
        ranges(n, (at, length) -> Elementwise.add(floats(y), floats(a), floats(b), at, length));
    }

    @Override
    public void subtract(Buffer y, Buffer a, Buffer b, int n) {
        ranges(n, (at, length) -> Elementwise.subtract(floats(y), floats(a), floats(b), at, length));
    }

    @Override
    public void subtractGradient(Buffer db, Buffer dy, int n) {
        subtract(db, db, dy, n);
    }

    @Override
    public void multiply(Buffer y, Buffer a, Buffer b, int n) {
        ranges(n, (at, length) -> Elementwise.multiply(floats(y), at, floats(a), at, floats(b), at, length));
    }

    @Override
    public void multiplyGradient(Buffer da, Buffer dy, Buffer b, int n) {
        ranges(n, (at, length) -> Elementwise.multiplyAdd(floats(da), floats(dy), floats(b), at, length));
    }

    @Override
    public void sigmoid(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Activations.sigmoid(floats(y), at, floats(x), at, length));
    }

    @Override
    public void sigmoidGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        ranges(n, (at, length) -> Elementwise.sigmoidGradient(floats(dx), floats(dy), floats(y), at, length));
    }

    @Override
    public void tanh(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Activations.tanh(floats(y), at, floats(x), at, length));
    }

    @Override
    public void tanhGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        ranges(n, (at, length) -> Elementwise.tanhGradient(floats(dx), floats(dy), floats(y), at, length));
    }

    @Override
    public void relu(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementwise.relu(floats(y), at, floats(x), at, length));
    }

    @Override
    public void reluGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        ranges(n, (at, length) -> Elementwise.reluGradient(floats(dx), at, floats(dy), at, floats(y), at, length));
    }

    @Override
    public void gelu(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Gelu.gelu(floats(y), at, floats(x), at, length));
    }

    @Override
    public void geluGradient(Buffer dx, Buffer dy, Buffer x, int n) {
        ranges(n, (at, length) -> Gelu.gradient(floats(dx), at, floats(dy), at, floats(x), at, length));
    }

    @Override
    public void layerNorm(Buffer y, Buffer mean, Buffer inverse, Buffer x, Buffer gamma, Buffer beta, float epsilon,
            int rows, int n) {
        rows(rows, n,
                (from, to) -> LayerNorm.forward(floats(y), floats(mean), floats(inverse), floats(x), floats(gamma),
                        floats(beta), epsilon, n, from, to));
    }

    @Override
    public void layerNormGradient(@Nullable Buffer dx, Buffer dgamma, Buffer dbeta, Buffer dy, Buffer x, Buffer mean,
            Buffer inverse, Buffer gamma, int rows, int n) {
        int shards = LayerNorm.shards(rows);
        float[] sums = work(shards * 2 * n);
        rows(shards, rows / shards * n, (from, to) -> LayerNorm.backward(dx == null ? null : floats(dx), sums, 0,
                floats(dy), floats(x), floats(mean), floats(inverse), floats(gamma), rows, n, from, to));
        for (int shard = 0; shard < shards; shard++) {
            Elementwise.accumulate(floats(dgamma), 0, sums, shard * 2 * n, n);
            Elementwise.accumulate(floats(dbeta), 0, sums, (shard * 2 + 1) * n, n);
        }
    }

    @Override
    public void softmax(Buffer y, Buffer x, int rows, int n) {
        Softmax.softmax(floats(y), floats(x), rows, n);
    }

    @Override
    public void softmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n) {
        Softmax.softmaxGradient(floats(dx), floats(dy), floats(y), rows, n);
    }

    @Override
    public void dropout(Buffer y, Buffer x, RandomKey key, float rate, int n) {
        fill(y, 0, n, 0f);
        dropoutGradient(y, x, key, rate, n);
    }

    @Override
    public void dropoutGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int n) {
        ranges(n, (at, length) -> Dropout.accumulate(floats(dx), floats(dy), key, rate, at, length));
    }

    @Override
    public void linear(Buffer y, Buffer x, Buffer w, @Nullable Buffer b, int rows, int inputs, int outputs) {
        float[] packed = work(Lanes.FIRST + Gemm.packedLength(inputs, outputs));
        team((long) rows * inputs * outputs, (part, parts) -> {
            int panels = Gemm.panels(outputs);
            int panel = Parallel.from(part, parts, panels);
            Gemm.packTransposed(packed, Lanes.FIRST + panel * inputs * Gemm.PANEL, floats(w), 0, inputs, inputs,
                    outputs, panel, Parallel.from(part + 1, parts, panels));
            int from = Parallel.from(part, parts, rows);
            int to = Parallel.from(part + 1, parts, rows);
            if (b == null) {
                Arrays.fill(floats(y), from * outputs, to * outputs, 0f);
            }
            meet(parts);
            float[] start = b == null ? floats(y) : floats(b);
            int startAt = b == null ? from * outputs : 0;
            Gemm.multiply(floats(y), from * outputs, outputs, start, startAt, b == null ? outputs : 0, floats(x),
                    from * inputs, inputs, packed, Lanes.FIRST, to - from, inputs, outputs);
        });
    }

    @Override
    public void linearGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer db, Buffer dy, Buffer x,
            Buffer w, int rows, int inputs, int outputs) {
        WeightGradient gradient = new WeightGradient(rows, inputs, outputs, parallel.threads());
        int weightAt = Lanes.FIRST + gradient.work();
        float[] packed = work(weightAt + (dx == null ? 0 : Gemm.packedLength(outputs, inputs)));
        team((long) rows * inputs * outputs, (part, parts) -> {
            if (dx != null) {
                int panels = Gemm.panels(inputs);
                int panel = Parallel.from(part, parts, panels);
                Gemm.pack(packed, weightAt + panel * outputs * Gemm.PANEL, floats(w), 0, inputs, outputs, inputs, panel,
                        Parallel.from(part + 1, parts, panels));
            }
            meet(parts);
            if (dx != null) {
                int from = Parallel.from(part, parts, rows);
                Gemm.multiply(floats(dx), from * inputs, inputs, floats(dx), from * inputs, inputs, floats(dy),
                        from * outputs, outputs, packed, weightAt, Parallel.from(part + 1, parts, rows) - from, outputs,
                        inputs);
            }
            if (dw != null) {
                gradient.add(floats(dw), packed, Lanes.FIRST, floats(dy), floats(x), part, parts);
            }
            if (db != null) {
                int output = Parallel.from(part, parts, outputs);
                int count = Parallel.from(part + 1, parts, outputs) - output;
                for (int row = 0; row < rows; row++) {
                    Elementwise.accumulate(floats(db), output, floats(dy), row * outputs + output, count);
                }
            }
        });
    }

    @Override
    public void transpose(Buffer y, Buffer x, int batch, int pixels, int channels) {
        int image = pixels * channels;
        rows(batch, image, (from, to) -> {
            for (int b = from; b < to; b++) {
                Transposition.transpose(floats(y), b * image, pixels, floats(x), b * image, channels, pixels, channels);
            }
        });
    }

    @Override
    public void transposeGradient(Buffer dx, Buffer dy, int batch, int pixels, int channels) {
        int image = pixels * channels;
        float[] turned = work(batch * image);
        rows(batch, image, (from, to) -> {
            for (int b = from; b < to; b++) {
                Transposition.transpose(turned, b * image, channels, floats(dy), b * image, pixels, channels, pixels);
            }
            Elementwise.accumulate(floats(dx), from * image, turned, from * image, (to - from) * image);
        });
    }

    @Override
    public void convolution(Buffer y, Buffer x, Buffer w, Buffer bias, int outputs, Window window) {
        var places = window(window);
        Convolution.forward(parallel, floats(y), floats(x), floats(w), floats(bias),
                work(Convolution.forwardWork(parallel.threads(), outputs, places)), outputs, places);
    }

    @Override
    public void convolutionGradient(@Nullable Buffer dx, Buffer dw, Buffer dbias, Buffer dy, Buffer x, Buffer w,
            int outputs, Window window) {
        var places = window(window);
        ConvolutionGradient.weights(parallel, floats(dw), floats(dbias), floats(dy), floats(x),
                work(ConvolutionGradient.weightsWork(parallel.threads(), outputs, places)), outputs, places);
        if (dx != null) {
            ConvolutionGradient.input(parallel, floats(dx), floats(dy), floats(w),
                    work(ConvolutionGradient.inputWork(parallel.threads(), outputs, places)), outputs, places);
        }
    }

    @Override
    public void maxPool(Buffer y, Buffer from, Buffer x, Window window) {
        var places = window(window);
        rows(window.batch(), image(window),
                (first, end) -> Pooling.max(floats(y), floats(from), floats(x), places, first, end));
    }

    @Override
    public void maxPoolGradient(Buffer dx, Buffer dy, Buffer from, Window window) {
        var places = window(window);
        rows(window.batch(), image(window),
                (first, end) -> Pooling.maxGradient(floats(dx), floats(dy), floats(from), places, first, end));
    }

    @Override
    public void averagePool(Buffer y, Buffer x, Window window) {
        var places = window(window);
        rows(window.batch(), image(window), (first, end) -> Pooling.average(floats(y), floats(x), places, first, end));
    }

    @Override
    public void averagePoolGradient(Buffer dx, Buffer dy, Window window) {
        var places = window(window);
        rows(window.batch(), image(window),
                (first, end) -> Pooling.averageGradient(floats(dx), floats(dy), places, first, end));
    }

    @Override
    public void batchStatistics(Buffer mean, Buffer variance, Buffer x, int rows, int channels) {
        int chunks = BatchNorm.chunks(rows);
        float[] moments = work(2 * chunks * channels);
        rows(chunks, rows * channels / chunks,
                (from, to) -> BatchNorm.moments(moments, chunks * channels, floats(x), rows, channels, from, to));
        BatchNorm.combine(floats(mean), floats(variance), moments, chunks * channels, rows, channels);
    }

    @Override
    public void trackStatistics(Buffer runningMean, Buffer runningVariance, Buffer mean, Buffer variance,
            float momentum, int rows, int channels) {
        BatchNorm.track(floats(runningMean), floats(mean), 1, momentum, channels);
        BatchNorm.track(floats(runningVariance), floats(variance), (float) (rows / (rows - 1.0)), momentum, channels);
    }

    @Override
    public void batchNorm(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, float epsilon,
            boolean relu, int rows, int channels) {
        float[] scales = scales(mean, variance, gamma, beta, epsilon, channels);
        int chunks = BatchNorm.chunks(rows);
        rows(chunks, rows * channels / chunks, (from, to) -> BatchNorm.normalise(floats(y), floats(x), scales,
                floor(relu), rows, channels, from, to));
    }

    @Override
    public void batchNormGradient(@Nullable Buffer dx, Buffer dgamma, Buffer dbeta, Buffer dy, Buffer x, Buffer mean,
            Buffer variance, Buffer gamma, Buffer beta, float epsilon, boolean relu, int rows, int channels) {
        float[] scales = scales(mean, variance, gamma, beta, epsilon, channels);
        int chunks = BatchNorm.chunks(rows);
        float[] sums = work(2 * chunks * channels);
        rows(chunks, rows * channels / chunks, (from, to) -> BatchNorm.gradientSums(sums, floats(dy), floats(x),
                floats(mean), scales, floor(relu), rows, channels, from, to));
        float[] slopes = new float[2 * channels];
        BatchNorm.combineGradient(slopes, floats(dgamma), floats(dbeta), sums, chunks, floats(variance), floats(gamma),
                epsilon, rows, channels);
        if (dx != null) {
            rows(chunks, rows * channels / chunks, (from, to) -> BatchNorm.gradient(floats(dx), floats(dy), floats(x),
                    floats(mean), scales, slopes, floor(relu), rows, channels, from, to));
        }
    }

    @Override
    public void batchNormPool(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta,
            float epsilon, Window window) {
        float[] scales = scales(mean, variance, gamma, beta, epsilon, window.channels());
        var places = window(window);
        rows(window.batch(), image(window),
                (from, to) -> PooledBatchNorm.forward(floats(y), floats(x), scales, places, from, to));
    }

    @Override
    public void batchNormPoolGradient(@Nullable Buffer dx, Buffer dgamma, Buffer dbeta, Buffer dy, Buffer x,
            Buffer mean, Buffer variance, Buffer gamma, Buffer beta, float epsilon, Window window) {
        int channels = window.channels();
        int batch = window.batch();
        float[] scales = scales(mean, variance, gamma, beta, epsilon, channels);
        var places = window(window);
        float[] sums = work(2 * batch * channels);
        rows(batch, image(window),
                (from, to) -> PooledBatchNorm.gradientSums(sums, floats(dy), floats(x), floats(mean), scales,
                        places, from, to));
        float[] slopes = new float[2 * channels];
        BatchNorm.combineGradient(slopes, floats(dgamma), floats(dbeta), sums, batch, floats(variance), floats(gamma),
                epsilon, batch * window.height() * window.width(), channels);
        if (dx != null) {
            rows(batch, image(window), (from, to) -> PooledBatchNorm.gradient(floats(dx), floats(dy), floats(x),
                    floats(mean), scales, slopes, places, from, to));
        }
    }

    private static float[] scales(Buffer mean, Buffer variance, Buffer gamma, Buffer beta, float epsilon,
            int channels) {
        float[] scales = new float[2 * channels];
        BatchNorm.scales(scales, floats(mean), floats(variance), floats(gamma), floats(beta), epsilon, channels);
        return scales;
    }

    private static float floor(boolean relu) {
        return relu ? 0f : Float.NEGATIVE_INFINITY;
    }

    private static scanline.engine.kernel.Window window(Window window) {
        return new scanline.engine.kernel.Window(window.batch(), window.height(), window.width(), window.channels(),
                window.rows(), window.columns(), window.stride(), window.padding());
    }

    /** Numbers of an image. */
    private static int image(Window window) {
        return window.height() * window.width() * window.channels();
    }

    @Override
    public void crossEntropy(Buffer loss, Buffer probabilities, Buffer logits, int[] labels, float smoothing, int rows,
            int classes) {
        floats(loss)[0] = (float) (Softmax.crossEntropy(floats(probabilities), floats(logits), labels, smoothing, rows,
                classes) / Softmax.counted(labels, rows));
    }

    @Override
    public void crossEntropyGradient(Buffer dlogits, Buffer dloss, Buffer probabilities, int[] labels, float smoothing,
            int rows, int classes) {
        Softmax.crossEntropyGradient(floats(dlogits), floats(probabilities), labels, smoothing,
                floats(dloss)[0] / Softmax.counted(labels, rows), rows, classes);
    }

    @Override
    public float sumOfSquares(Buffer x, int n) {
        return Reduction.sumOfSquares(floats(x), 0, n);
    }

    @Override
    public void scale(Buffer y, float factor, int n) {
        ranges(n, (at, length) -> Elementwise.scale(floats(y), factor, at, length));
    }

    @Override
    public void clamp(Buffer y, float bound, int n) {
        ranges(n, (at, length) -> Elementwise.clamp(floats(y), bound, at, length));
    }

    @Override
    public void sgd(Buffer w, Buffer dw, Buffer v, float rate, float momentum, boolean nesterov, float decay, int n) {
        float own = nesterov ? 1f : 0f;
        float ahead = nesterov ? momentum : 1f;
        ranges(n, (at, length) -> Updates.sgd(floats(w), floats(dw), floats(v), rate, momentum, own, ahead, decay, at,
                length));
    }

    @Override
    public void rmsProp(Buffer w, Buffer dw, Buffer s, Buffer v, float rate, double alpha, float epsilon,
            float momentum,
            float decay, int n) {
        ranges(n,
                (at, length) -> Updates.rmsProp(floats(w), floats(dw), floats(s), floats(v), rate, (float) alpha,
                        (float) (1 - alpha), epsilon,
                        momentum, decay, at, length));
    }

    @Override
    public void adam(Buffer w, Buffer dw, Buffer m, Buffer s, float stepSize, float shrink, float decay, double beta1,
            double beta2, float correction, float epsilon, int n) {
        ranges(n, (at, length) -> Updates.adam(floats(w), floats(dw), floats(m), floats(s), stepSize, shrink, decay,
                (float) (1 - beta1), (float) beta2, (float) (1 - beta2), correction, epsilon, at, length));
    }

    @Override
    public int kept(Recurrence recurrence) {
        return cell(recurrence).kept();
    }

    @Override
    public int spanSteps(int batch) {
        return RecurrentGradient.spanSteps(batch);
    }

    @Override
    public int gradientWork(Recurrence recurrence, Span span) {
        return RecurrentGradient.work(cell(recurrence), sizes(span));
    }

    @Override
    public void recurrent(Buffer h, Buffer c, Buffer kept, Buffer x, Buffer wIh, Buffer wHh, Buffer bIh, Buffer bHh,
            Buffer before, int beforeAt, Buffer cellBefore, int cellBeforeAt, boolean allSteps, boolean keep,
            Recurrence recurrence, Span span) {
        RecurrentCell cell = cell(recurrence);
        RecurrentSequence.Span sizes = sizes(span);
        RecurrentSequence.forward(parallel, cell,
                states(h, c, kept, before, beforeAt, cellBefore, cellBeforeAt, allSteps, keep, cell, span), floats(x),
                matrices(wIh, wHh, bIh, bHh), work(RecurrentSequence.forwardWork(cell, sizes)), sizes);
    }

    @Override
    public void recurrentGradient(@Nullable Buffer dx, Buffer dwIh, Buffer dwHh, Buffer dbIh, Buffer dbHh, Buffer dh,
            Buffer dc, @Nullable Buffer dy, Buffer h, Buffer c, Buffer kept, Buffer x, Buffer wIh, Buffer wHh,
            Buffer before, int beforeAt, Buffer cellBefore, int cellBeforeAt, Buffer work, Recurrence recurrence,
            Span span) {
        RecurrentCell cell = cell(recurrence);
        RecurrentGradient.backward(parallel, cell, dx == null ? null : floats(dx), matrices(dwIh, dwHh, dbIh, dbHh),
                floats(dh), floats(dc), dy == null ? null : floats(dy),
                states(h, c, kept, before, beforeAt, cellBefore, cellBeforeAt, true, true, cell, span), floats(x),
                floats(wIh), floats(wHh), floats(work), sizes(span));
    }

    @Override
    public void attend(Place y, Place q, Place k, Place v, FusedAttention.Sizes sizes) {
        Attention.Sizes each = sizes(sizes);
        heads(each, sizes,
                (work, at, from, to) -> Attention.forward(heads(y, sizes.batch()), heads(q, sizes.batch()),
                        heads(k, sizes.batch()), heads(v, sizes.batch()), work, at,
                        each, from, to));
    }

    @Override
    public void attendGradient(Place dq, Place dk, Place dv, Place dy, Place q, Place k, Place v,
            FusedAttention.Sizes sizes) {
        Attention.Sizes each = sizes(sizes);
        heads(each, sizes,
                (work, at, from, to) -> Attention.backward(heads(dq, sizes.batch()), heads(dk, sizes.batch()),
                        heads(dv, sizes.batch()), heads(dy, sizes.batch()),
                        heads(q, sizes.batch()), heads(k, sizes.batch()), heads(v, sizes.batch()), work, at, each, from,
                        to));
    }

    @Override
    public void selfAttend(Buffer y, Buffer x, FusedAttention.Matrices w, int features, FusedAttention.Sizes sizes) {
        SelfAttention.Sizes layer = new SelfAttention.Sizes(sizes.batch(), features, sizes(sizes));
        SelfAttention.forward(parallel, floats(y), floats(x), matrices(w),
                work(SelfAttention.work(layer, false, parallel.threads())), layer);
    }

    @Override
    public void selfAttendGradient(@Nullable Buffer dx, FusedAttention.Matrices dw, Buffer dy, Buffer x,
            FusedAttention.Matrices w, int features, FusedAttention.Sizes sizes) {
        SelfAttention.Sizes layer = new SelfAttention.Sizes(sizes.batch(), features, sizes(sizes));
        SelfAttention.backward(parallel, dx == null ? null : floats(dx), matrices(dw), floats(dy), floats(x),
                matrices(w), work(SelfAttention.work(layer, true, parallel.threads())), layer);
    }

    private static SelfAttention.Matrices matrices(FusedAttention.Matrices w) {
        Buffer bi = w.bi();
        return new SelfAttention.Matrices(floats(w.wi()), bi == null ? null : floats(bi), floats(w.wo()),
                floats(w.bo()));
    }

    @Override
    public void perceptron(Buffer y, Buffer x, FusedPerceptron.Matrices w, FusedPerceptron.Sizes sizes) {
        FeedForward.Sizes each = sizes(sizes);
        FeedForward.forward(parallel, floats(y), floats(x), matrices(w),
                work(FeedForward.work(each, false, parallel.threads())), each);
    }

    @Override
    public void perceptronGradient(@Nullable Buffer dx, FusedPerceptron.Matrices dw, Buffer dy, Buffer x,
            FusedPerceptron.Matrices w, FusedPerceptron.Sizes sizes) {
        FeedForward.Sizes each = sizes(sizes);
        FeedForward.backward(parallel, dx == null ? null : floats(dx), matrices(dw), floats(dy), floats(x),
                matrices(w), work(FeedForward.work(each, true, parallel.threads())), each);
    }

    private static FeedForward.Sizes sizes(FusedPerceptron.Sizes sizes) {
        return new FeedForward.Sizes(sizes.rows(), sizes.features(), sizes.hidden(),
                sizes.nonlinearity() == Nonlinearity.GELU, sizes.key(), sizes.dropout());
    }

    private static FeedForward.Matrices matrices(FusedPerceptron.Matrices w) {
        return new FeedForward.Matrices(floats(w.w1()), floats(w.b1()), floats(w.w2()), floats(w.b2()));
    }

    @FunctionalInterface
    private interface SomeHeads {
        void run(float[] work, int workAt, int from, int to);
    }

    /** Gives each thread its share of all heads of all examples, and work space. */
    private void heads(Attention.Sizes each, FusedAttention.Sizes sizes, SomeHeads some) {
        int length = Attention.work(each);
        float[] space = work(Lanes.FIRST + parallel.threads() * length);
        int count = sizes.batch() * sizes.heads();
        team(2L * count * sizes.queries() * sizes.keys() * sizes.width(), (part, parts) -> some.run(space,
                Lanes.FIRST + part * length, Parallel.from(part, parts, count), Parallel.from(part + 1, parts, count)));
    }

    private static Attention.Heads heads(Place place, int batch) {
        return new Attention.Heads(floats(place.values()), place.from(), batch * place.columns(), place.columns());
    }

    private static Attention.Sizes sizes(FusedAttention.Sizes sizes) {
        return new Attention.Sizes(sizes.heads(), sizes.width(), sizes.queries(), sizes.keys(),
                sizes.mask().causal(), sizes.mask().lengths(), sizes.key(), sizes.dropout());
    }

    private static RecurrentCell cell(Recurrence recurrence) {
        return switch (recurrence) {
            case RNN_TANH -> RNN_TANH;
            case RNN_RELU -> RNN_RELU;
            case LSTM -> LSTM;
            case GRU -> GRU;
        };
    }

    private static RecurrentSequence.Span sizes(Span span) {
        return new RecurrentSequence.Span(span.first(), span.steps(), span.all(), span.batch(), span.features(),
                span.hidden());
    }

    private static RecurrentSequence.Matrices matrices(Buffer wIh, Buffer wHh, Buffer bIh, Buffer bHh) {
        return new RecurrentSequence.Matrices(floats(wIh), floats(wHh), floats(bIh), floats(bHh));
    }

    private static RecurrentSequence.States states(Buffer h, Buffer c, Buffer kept, Buffer before, int beforeAt,
            Buffer cellBefore, int cellBeforeAt, boolean allSteps, boolean keep, RecurrentCell cell, Span span) {
        int state = span.batch() * span.hidden();
        return new RecurrentSequence.States(floats(h), allSteps ? state : 0, floats(c), keep ? state : 0, floats(kept),
                keep ? cell.kept() * state : 0, floats(before), beforeAt, floats(cellBefore), cellBeforeAt);
    }

    /** How many bytes the work space of its duties has, which lies outside every {@code Memory}. */
    public long workBytes() {
        return (long) Float.BYTES * work.length;
    }

    @Override
    public void close() {
        parallel.close();
    }

    /** Work space of a duty, kept for the next one. */
    private float[] work(int length) {
        if (work.length < length) {
            work = new float[length];
        }
        return work;
    }

    @FunctionalInterface
    private interface Range {
        void run(int at, int length);
    }

    /** Cuts n elements into one range a thread. */
    private void ranges(int n, Range range) {
        rows(n, 1, (from, to) -> range.run(from, to - from));
    }

    @FunctionalInterface
    private interface Rows {
        void run(int from, int to);
    }

    /** Cuts rows of n elements each into one piece a thread. */
    private void rows(int rows, int n, Rows piece) {
        if ((long) rows * n < 2 * ELEMENTS_A_THREAD) {
            piece.run(0, rows);
            return;
        }
        parallel.run((part, parts) -> piece.run(Parallel.from(part, parts, rows),
                Parallel.from(part + 1, parts, rows)));
    }

    @FunctionalInterface
    private interface Piece {
        void run(int from, int to, int at, int length);
    }

    /** Cuts rows of n elements each into one piece a thread: some rows, or some columns of all of them. */
    private void pieces(int rows, int n, boolean byRows, Piece piece) {
        if (byRows) {
            rows(rows, n, (from, to) -> piece.run(from, to, 0, n));
        } else {
            rows(n, rows, (from, to) -> piece.run(0, rows, from, to - from));
        }
    }

    private void team(long products, Parallel.Task task) {
        if (products < 2 * PRODUCTS_A_THREAD) {
            task.run(0, 1);
        } else {
            parallel.run(task);
        }
    }

    private void meet(int parts) {
        if (parts > 1) {
            parallel.meet();
        }
    }
}
