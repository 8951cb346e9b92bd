package scanline.engine.cpu;

import static scanline.engine.cpu.HeapBuffer.floats;
import static scanline.engine.cpu.HeapBuffer.floatsOrNull;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedAttention;
import scanline.engine.backend.FusedDiagonal;
import scanline.engine.backend.FusedFeedForward;
import scanline.engine.backend.FusedGate;
import scanline.engine.backend.FusedMinimalRecurrence;
import scanline.engine.backend.FusedNormPool;
import scanline.engine.backend.FusedRecurrence;
import scanline.engine.backend.FusedS4d;
import scanline.engine.backend.RepeatedPasses;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.AttentionShape;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.AxisShape;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellGradients;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.CellWeights;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalShape;
import scanline.engine.geometry.DiagonalWeights;
import scanline.engine.geometry.FeedForwardShape;
import scanline.engine.geometry.FeedForwardWeights;
import scanline.engine.geometry.GateShape;
import scanline.engine.geometry.HeadsView;
import scanline.engine.geometry.Learned;
import scanline.engine.geometry.LinearShape;
import scanline.engine.geometry.MatmulShape;
import scanline.engine.geometry.MinimalShape;
import scanline.engine.geometry.Place;
import scanline.engine.geometry.Qkv;
import scanline.engine.geometry.RowMoments;
import scanline.engine.geometry.S4dBlocks;
import scanline.engine.geometry.S4dShape;
import scanline.engine.geometry.Span;
import scanline.engine.geometry.Window;
import scanline.engine.kernel.Activations;
import scanline.engine.kernel.AlongAxis;
import scanline.engine.kernel.Attention;
import scanline.engine.kernel.BatchNorm;
import scanline.engine.kernel.Convolution;
import scanline.engine.kernel.ConvolutionGradient;
import scanline.engine.kernel.DiagonalBackward;
import scanline.engine.kernel.DiagonalForward;
import scanline.engine.kernel.Dropout;
import scanline.engine.kernel.Elementary;
import scanline.engine.kernel.Elementwise;
import scanline.engine.kernel.FeedForward;
import scanline.engine.kernel.Gate;
import scanline.engine.kernel.Gelu;
import scanline.engine.kernel.LayerNorm;
import scanline.engine.kernel.Linear;
import scanline.engine.kernel.Matmul;
import scanline.engine.kernel.MinimalRecurrence;
import scanline.engine.kernel.Packed;
import scanline.engine.kernel.Parallel;
import scanline.engine.kernel.Plan;
import scanline.engine.kernel.PooledBatchNorm;
import scanline.engine.kernel.Pooling;
import scanline.engine.kernel.RecurrentBackward;
import scanline.engine.kernel.RecurrentCell;
import scanline.engine.kernel.RecurrentForward;
import scanline.engine.kernel.Reduction;
import scanline.engine.kernel.S4d;
import scanline.engine.kernel.SelfAttention;
import scanline.engine.kernel.Softmax;
import scanline.engine.kernel.Transposition;
import scanline.engine.kernel.Updates;
import scanline.engine.random.RandomKey;

/** The fast backend: the kernels over float arrays, run by a team of threads. */
public final class CpuBackend
        implements
            Backend,
            FusedRecurrence,
            FusedDiagonal,
            FusedMinimalRecurrence,
            FusedAttention,
            FusedFeedForward,
            FusedNormPool,
            FusedS4d,
            FusedGate,
            RepeatedPasses {
    private final Parallel parallel;
    private final Packed packed = new Packed(0);
    private float[] work = new float[0];
    private @Nullable Prepared recorded;

    /**
     * Creates a backend.
     *
     * @param threads the number of threads of its team
     * @throws IllegalArgumentException if {@code threads} is not positive
     */
    public CpuBackend(int threads) {
        parallel = new Parallel(threads);
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
    public void fill(List<Buffer> all, float value) {
        parallel.blocks(lengths(all, Buffer::length),
                (i, at, length) -> Arrays.fill(floats(all.get(i)), at, at + length, value));
    }

    @Override
    public void copy(Buffer y, Place yAt, Buffer x, Place xAt, int outer, int rows, int n) {
        pieces(outer * rows, n, outer * rows > 1, (from, to, at, length) -> {
            for (int i = from; i < to; i++) {
                int o = i / rows;
                int r = i - o * rows;
                System.arraycopy(floats(x), xAt.at(o, r) + at, floats(y), yAt.at(o, r) + at, length);
            }
        });
    }

    @Override
    public void accumulate(Buffer y, Place yAt, Buffer x, Place xAt, int outer, int rows, int n) {
        // If rows are added to the same location, they must stay in order, so columns are divided.
        boolean apart = (rows == 1 || yAt.row() != 0) && (outer == 1 || yAt.outer() != 0);
        pieces(outer * rows, n, outer * rows > 1 && apart, (from, to, at, length) -> {
            for (int i = from; i < to; i++) {
                int o = i / rows;
                int r = i - o * rows;
                Elementwise.accumulate(floats(y), yAt.at(o, r) + at, floats(x), xAt.at(o, r) + at, length);
            }
        });
    }

    @Override
    public void lookUp(Buffer y, Buffer x, int[] numbers, int n) {
        pieces(numbers.length, n, numbers.length > 1, (from, to, at, length) -> {
            for (int i = from; i < to; i++) {
                System.arraycopy(floats(x), numbers[i] * n + at, floats(y), i * n + at, length);
            }
        });
    }

    @Override
    public void lookUpGradient(Buffer dx, Buffer dy, int[] numbers, int n) {
        // A number may occur several times, so columns are divided.
        pieces(numbers.length, n, false, (from, to, at, length) -> {
            for (int i = from; i < to; i++) {
                Elementwise.accumulate(floats(dx), numbers[i] * n + at, floats(dy), i * n + at, length);
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
    public void divide(Buffer y, Buffer a, Buffer b, int n) {
        ranges(n, (at, length) -> Elementwise.divide(floats(y), floats(a), floats(b), at, length));
    }

    @Override
    public void divideGradient(@Nullable Buffer da, @Nullable Buffer db, Buffer dy, Buffer b, Buffer y, int n) {
        if (da != null) {
            ranges(n, (at, length) -> Elementwise.divideAdd(floats(da), floats(dy), floats(b), at, length));
        }
        if (db != null) {
            ranges(n, (at, length) -> Elementwise.divisorGradient(floats(db), floats(dy), floats(b), floats(y), at,
                    length));
        }
    }

    @Override
    public void exp(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementary.exp(floats(y), at, floats(x), at, length));
    }

    @Override
    public void log(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementary.log(floats(y), at, floats(x), at, length));
    }

    @Override
    public void sin(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementary.sin(floats(y), floats(x), at, length));
    }

    @Override
    public void cos(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementary.cos(floats(y), floats(x), at, length));
    }

    @Override
    public void sqrt(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementwise.sqrt(floats(y), floats(x), at, length));
    }

    @Override
    public void sqrtGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        ranges(n, (at, length) -> Elementwise.sqrtGradient(floats(dx), floats(dy), floats(y), at, length));
    }

    @Override
    public void power(Buffer y, Buffer x, float exponent, int n) {
        ranges(n, (at, length) -> Elementary.power(floats(y), floats(x), exponent, at, length));
    }

    @Override
    public void powerGradient(Buffer dx, Buffer dy, Buffer x, float exponent, int n) {
        ranges(n, (at, length) -> Elementary.powerGradient(floats(dx), floats(dy), floats(x), exponent, at, length));
    }

    @Override
    public void abs(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Elementwise.abs(floats(y), floats(x), at, length));
    }

    @Override
    public void absGradient(Buffer dx, Buffer dy, Buffer x, int n) {
        ranges(n, (at, length) -> Elementwise.absGradient(floats(dx), floats(dy), floats(x), at, length));
    }

    @Override
    public void sum(Buffer y, Buffer x, AxisShape shape) {
        fill(y, 0, shape.others(), 0f);
        repeatGradient(y, x, shape);
    }

    @Override
    public void sumGradient(Buffer dx, Buffer dy, float factor, AxisShape shape) {
        AlongAxis.addRepeated(parallel, floats(dx), floats(dy), factor, shape);
    }

    @Override
    public void repeat(Buffer y, Buffer x, AxisShape shape) {
        AlongAxis.repeat(parallel, floats(y), floats(x), shape);
    }

    @Override
    public void repeatGradient(Buffer dx, Buffer dy, AxisShape shape) {
        AlongAxis.addSums(parallel, floats(dx), floats(dy), work(AlongAxis.work(shape)), shape);
    }

    @Override
    public void max(Buffer y, Buffer found, Buffer x, AxisShape shape) {
        AlongAxis.max(parallel, floats(y), floats(found), floats(x), shape);
    }

    @Override
    public void maxGradient(Buffer dx, Buffer dy, Buffer found, AxisShape shape) {
        AlongAxis.maxGradient(parallel, floats(dx), floats(dy), floats(found), shape);
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
    public void tanhGelu(Buffer y, Buffer x, int n) {
        ranges(n, (at, length) -> Gelu.tanhGelu(floats(y), at, floats(x), at, length));
    }

    @Override
    public void tanhGeluGradient(Buffer dx, Buffer dy, Buffer x, int n) {
        ranges(n, (at, length) -> Gelu.tanhGradient(floats(dx), at, floats(dy), at, floats(x), at, length));
    }

    @Override
    public void layerNorm(Buffer y, RowMoments<Buffer> saved, Buffer x, Affine<Buffer> affine, float epsilon, int rows,
            int n) {
        LayerNorm.forward(parallel, floats(y), saved.map(HeapBuffer::floats), floats(x), affine.map(HeapBuffer::floats),
                epsilon, rows, n);
    }

    @Override
    public void layerNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            RowMoments<Buffer> saved, Buffer gamma, int rows, int n) {
        LayerNorm.backward(parallel, floatsOrNull(dx), daffine.map(HeapBuffer::floats), floats(dy), floats(x),
                saved.map(HeapBuffer::floats), floats(gamma), work(LayerNorm.work(rows, n)), rows, n);
    }

    @Override
    public void softmax(Buffer y, Buffer x, int rows, int n) {
        parallel.rows(rows, n, (from, to) -> Softmax.softmax(floats(y), floats(x), from, to, n));
    }

    @Override
    public void softmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n) {
        parallel.rows(rows, n, (from, to) -> Softmax.softmaxGradient(floats(dx), floats(dy), floats(y), from, to, n));
    }

    @Override
    public void logSoftmax(Buffer y, Buffer x, int rows, int n) {
        parallel.rows(rows, n, (from, to) -> Softmax.logSoftmax(floats(y), floats(x), from, to, n));
    }

    @Override
    public void logSoftmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n) {
        parallel.rows(rows, n,
                (from, to) -> Softmax.logSoftmaxGradient(floats(dx), floats(dy), floats(y), from, to, n));
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
    public void dropoutOfSteps(Buffer y, Buffer x, RandomKey key, float rate, int steps, int n) {
        parallel.rows(n, steps,
                (from, to) -> Dropout.ofSteps(floats(y), floats(x), key, rate, steps, n, from, to));
    }

    @Override
    public void dropoutOfStepsGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int steps, int n) {
        parallel.rows(n, steps,
                (from, to) -> Dropout.accumulateOfSteps(floats(dx), floats(dy), key, rate, steps, n, from, to));
    }

    @Override
    public void gate(Buffer y, Buffer v, Buffer w, GateShape shape) {
        parallel.rows(shape.elements(), 1,
                (from, to) -> Gate.gate(floats(y), floats(v), floats(w), shape, from, to));
    }

    @Override
    public void gateGradient(@Nullable Buffer dv, @Nullable Buffer dw, Buffer dy, Buffer v, Buffer w,
            GateShape shape) {
        parallel.rows(shape.elements(), 1, (from, to) -> Gate.gradient(floatsOrNull(dv), floatsOrNull(dw), floats(dy),
                floats(v), floats(w), shape, from, to));
    }

    @Override
    public void linear(Buffer y, Buffer x, Buffer w, @Nullable Buffer b, LinearShape shape) {
        Linear.forward(parallel, floats(y), floats(x), floats(w), floatsOrNull(b),
                packed("linear", floats(w), Linear.packedLength(shape)), shape);
    }

    @Override
    public void linearGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer db, Buffer dy, Buffer x,
            Buffer w, LinearShape shape) {
        Linear.backward(parallel, floatsOrNull(dx), floatsOrNull(dw), floatsOrNull(db), floats(dy), floats(x),
                floats(w), work(Linear.backwardWork(shape, dx != null, parallel.threads())), shape);
    }

    @Override
    public void matmul(Buffer y, Buffer a, Buffer b, MatmulShape shape) {
        Matmul.forward(parallel, floats(y), floats(a), floats(b), work(Matmul.forwardWork(shape, parallel.threads())),
                shape);
    }

    @Override
    public void matmulGradient(@Nullable Buffer da, @Nullable Buffer db, Buffer dy, Buffer a, Buffer b,
            MatmulShape shape) {
        Matmul.backward(parallel, floatsOrNull(da), floatsOrNull(db), floats(dy), floats(a), floats(b),
                work(Matmul.backwardWork(shape, parallel.threads())), shape);
    }

    @Override
    public void transpose(Buffer y, Buffer x, int batch, int pixels, int channels) {
        int image = pixels * channels;
        parallel.rows(batch, image, (from, to) -> {
            for (int b = from; b < to; b++) {
                Transposition.transpose(floats(y), b * image, pixels, floats(x), b * image, channels, pixels, channels);
            }
        });
    }

    @Override
    public void transposeGradient(Buffer dx, Buffer dy, int batch, int pixels, int channels) {
        int image = pixels * channels;
        float[] transposed = work(batch * image);
        parallel.rows(batch, image, (from, to) -> {
            for (int b = from; b < to; b++) {
                Transposition.transpose(transposed, b * image, channels, floats(dy), b * image, pixels, channels,
                        pixels);
            }
            Elementwise.accumulate(floats(dx), from * image, transposed, from * image, (to - from) * image);
        });
    }

    @Override
    public void convolution(Buffer y, Buffer x, Buffer w, Buffer bias, int outputs, Window window) {
        Convolution.forward(parallel, floats(y), floats(x), floats(w), floats(bias),
                packed("convolution", floats(w), Convolution.packedLength(outputs, window)),
                work(Convolution.forwardWork(parallel.threads(), outputs, window)), outputs, window);
    }

    @Override
    public void convolutionGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer dbias, Buffer dy,
            Buffer x, Buffer w, int outputs, Window window) {
        if (dw != null || dbias != null) {
            ConvolutionGradient.weights(parallel, floatsOrNull(dw), floatsOrNull(dbias), floats(dy), floats(x),
                    work(ConvolutionGradient.weightsWork(parallel.threads(), outputs, window)), outputs, window);
        }
        if (dx != null) {
            ConvolutionGradient.input(parallel, floats(dx), floats(dy), floats(w),
                    packed("convolution gradient", floats(w), ConvolutionGradient.inputPackedLength(outputs, window)),
                    work(ConvolutionGradient.inputWork(parallel.threads(), outputs, window)), outputs, window);
        }
    }

    @Override
    public void maxPool(Buffer y, Buffer from, Buffer x, Window window) {
        Pooling.max(parallel, floats(y), floats(from), floats(x), window);
    }

    @Override
    public void maxPoolGradient(Buffer dx, Buffer dy, Buffer from, Window window) {
        Pooling.maxGradient(parallel, floats(dx), floats(dy), floats(from), window);
    }

    @Override
    public void averagePool(Buffer y, Buffer x, Window window) {
        Pooling.average(parallel, floats(y), floats(x), window);
    }

    @Override
    public void averagePoolGradient(Buffer dx, Buffer dy, Window window) {
        Pooling.averageGradient(parallel, floats(dx), floats(dy), window);
    }

    @Override
    public void batchStatistics(Buffer mean, Buffer variance, Buffer x, int rows, int channels) {
        BatchNorm.statistics(parallel, floats(mean), floats(variance), floats(x), work(BatchNorm.work(rows, channels)),
                rows, channels);
    }

    @Override
    public void trackStatistics(Buffer runningMean, Buffer runningVariance, Buffer mean, Buffer variance,
            float momentum, int rows, int channels) {
        BatchNorm.track(floats(runningMean), floats(mean), 1, momentum, channels);
        BatchNorm.track(floats(runningVariance), floats(variance), (float) (rows / (rows - 1.0)), momentum, channels);
    }

    @Override
    public void batchNorm(Buffer y, Buffer x, ChannelNorm<Buffer> norm, boolean relu, int rows, int channels) {
        BatchNorm.forward(parallel, floats(y), floats(x), norm.map(HeapBuffer::floats), relu, rows, channels);
    }

    @Override
    public void batchNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            ChannelNorm<Buffer> norm, boolean relu, int rows, int channels) {
        BatchNorm.backward(parallel, floatsOrNull(dx), daffine.map(HeapBuffer::floats), floats(dy), floats(x),
                norm.map(HeapBuffer::floats), relu, work(BatchNorm.work(rows, channels)), rows, channels);
    }

    @Override
    public void batchNormPool(Buffer y, Buffer x, ChannelNorm<Buffer> norm, Window window) {
        PooledBatchNorm.forward(parallel, floats(y), floats(x), norm.map(HeapBuffer::floats), window);
    }

    @Override
    public void batchNormPoolGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            ChannelNorm<Buffer> norm, Window window) {
        PooledBatchNorm.backward(parallel, floatsOrNull(dx), daffine.map(HeapBuffer::floats), floats(dy), floats(x),
                norm.map(HeapBuffer::floats), work(PooledBatchNorm.work(window)), window);
    }

    @Override
    public void crossEntropy(Buffer loss, Buffer probabilities, Buffer logits, int[] labels, float smoothing, int rows,
            int classes) {
        parallel.alone((part, parts) -> floats(loss)[0] = (float) (Softmax.crossEntropy(floats(probabilities),
                floats(logits), labels, smoothing, rows, classes) / Softmax.counted(labels, rows)));
    }

    @Override
    public void crossEntropyGradient(Buffer dlogits, Buffer dloss, Buffer probabilities, int[] labels, float smoothing,
            int rows, int classes) {
        Softmax.crossEntropyGradient(floats(dlogits), floats(probabilities), labels, smoothing,
                floats(dloss)[0] / Softmax.counted(labels, rows), rows, classes);
    }

    @Override
    public void scale(Buffer y, float factor, int n) {
        ranges(n, (at, length) -> Elementwise.scale(floats(y), factor, at, length));
    }

    @Override
    public void interpolate(Buffer y, Buffer x, float weight, int n) {
        ranges(n, (at, length) -> Elementwise.interpolate(floats(y), floats(x), weight, at, length));
    }

    @Override
    public void clamp(List<Buffer> all, float bound) {
        parallel.blocks(lengths(all, Buffer::length),
                (i, at, length) -> Elementwise.clamp(floats(all.get(i)), bound, at, length));
    }

    @Override
    public void clipNorm(List<Buffer> all, double bound) {
        int[] lengths = lengths(all, Buffer::length);
        float[] sums = work(lengths.length);
        parallel.wholeBlocks(lengths, i -> sums[i] = Reduction.sumOfSquares(floats(all.get(i)), 0, lengths[i]));
        double squares = 0;
        for (int i = 0; i < lengths.length; i++) {
            squares += sums[i];
        }
        double factor = bound / (Math.sqrt(squares) + 1e-6);
        if (factor < 1) {
            parallel.blocks(lengths,
                    (i, at, length) -> Elementwise.scale(floats(all.get(i)), (float) factor, at, length));
        }
    }

    @Override
    public void sgd(List<Learned<Buffer>> all, List<SgdStep> steps) {
        parallel.blocks(lengths(all, each -> each.value().length()), (i, at, length) -> {
            Learned<Buffer> each = all.get(i);
            SgdStep step = steps.get(i);
            float own = step.nesterov() ? 1f : 0f;
            float ahead = step.nesterov() ? step.momentum() : 1f;
            Updates.sgd(floats(each.value()), floats(each.gradient()), floats(each.state().get(0)), step.rate(),
                    step.momentum(), own, ahead, step.decay(), at, length);
        });
    }

    @Override
    public void rmsProp(List<Learned<Buffer>> all, List<RmsPropStep> steps) {
        parallel.blocks(lengths(all, each -> each.value().length()), (i, at, length) -> {
            Learned<Buffer> each = all.get(i);
            RmsPropStep step = steps.get(i);
            Updates.rmsProp(floats(each.value()), floats(each.gradient()), floats(each.state().get(0)),
                    floats(each.state().get(1)), step.rate(), (float) step.alpha(), (float) (1 - step.alpha()),
                    step.epsilon(), step.momentum(), step.decay(), at, length);
        });
    }

    @Override
    public void adam(List<Learned<Buffer>> all, List<AdamStep> steps) {
        parallel.blocks(lengths(all, each -> each.value().length()), (i, at, length) -> {
            Learned<Buffer> each = all.get(i);
            AdamStep step = steps.get(i);
            Updates.adam(floats(each.value()), floats(each.gradient()), floats(each.state().get(0)),
                    floats(each.state().get(1)), step.stepSize(), step.shrink(), step.decay(),
                    (float) (1 - step.beta1()), (float) step.beta2(), (float) (1 - step.beta2()), step.correction(),
                    step.epsilon(), at, length);
        });
    }

    @Override
    public int saved(CellKind kind) {
        return RecurrentCell.of(Cell.of(kind)).saved();
    }

    @Override
    public int spanSteps(int batch) {
        return RecurrentBackward.spanSteps(batch);
    }

    @Override
    public int gradientWork(Cell cell, Span span) {
        return RecurrentBackward.work(RecurrentCell.of(cell), span);
    }

    @Override
    public void recurrent(CellStates<Buffer> y, Buffer x, CellWeights<Buffer> w, Cell kind, Span span) {
        RecurrentCell cell = RecurrentCell.of(kind);
        CellWeights<float[]> weights = w.map(HeapBuffer::floats);
        RecurrentForward.forward(parallel, cell, y.map(HeapBuffer::floats), floats(x), weights,
                packed(RecurrentForward.dividesUnits(span) ? "units" : "rows", weights,
                        RecurrentForward.packedLength(cell, span)),
                work(RecurrentForward.work(cell, span)), span);
    }

    @Override
    public void recurrentGradient(CellGradients<Buffer> d, CellStates<Buffer> y, Buffer x, CellWeights<Buffer> w,
            Buffer work, Cell cell, Span span) {
        RecurrentBackward.backward(parallel, RecurrentCell.of(cell), d.map(HeapBuffer::floats),
                y.map(HeapBuffer::floats), floats(x), w.map(HeapBuffer::floats), floats(work), span);
    }

    @Override
    public void diagonal(Buffer y, Buffer states, @Nullable Buffer before, Buffer u, DiagonalWeights<Buffer> w,
            DiagonalKind kind, DiagonalShape shape, boolean save) {
        DiagonalWeights<float[]> weights = w.map(HeapBuffer::floats);
        DiagonalForward.forward(parallel, floats(y), floats(states), floatsOrNull(before), floats(u), weights, kind,
                packed(kind.name(), weights, DiagonalForward.packedLength(shape)),
                work(DiagonalForward.work(shape, parallel.threads())), shape, save);
    }

    @Override
    public void diagonalGradient(@Nullable Buffer du, DiagonalWeights<Buffer> dw, Buffer dy, Buffer states, Buffer u,
            DiagonalWeights<Buffer> w, DiagonalKind kind, DiagonalShape shape) {
        DiagonalBackward.backward(parallel, floatsOrNull(du), dw.map(HeapBuffer::floats), floats(dy), floats(states),
                floats(u), w.map(HeapBuffer::floats), kind, work(DiagonalBackward.work(shape, parallel.threads())),
                shape);
    }

    @Override
    public void s4d(Buffer y, @Nullable Buffer after, Buffer x, @Nullable Buffer before, S4dBlocks<Buffer> w,
            S4dShape shape) {
        S4dBlocks<float[]> weights = w.map(HeapBuffer::floats);
        S4d.forward(parallel, floats(y), floatsOrNull(after), floats(x), floatsOrNull(before), weights,
                packed("s4d", weights, S4d.packedLength(shape)), work(S4d.forwardWork(shape, parallel.threads())),
                shape);
    }

    @Override
    public void s4dGradient(@Nullable Buffer dx, S4dBlocks<Buffer> dw, Buffer dy, Buffer x, S4dBlocks<Buffer> w,
            S4dShape shape) {
        S4d.backward(parallel, floatsOrNull(dx), dw.map(HeapBuffer::floats), floats(dy), floats(x),
                w.map(HeapBuffer::floats), work(S4d.backwardWork(shape, parallel.threads())), shape);
    }

    @Override
    public void minimalRecurrence(Buffer h, Buffer sums, Buffer before, MinimalShape shape) {
        MinimalRecurrence.forward(parallel, floats(h), floats(sums), floats(before),
                work(MinimalRecurrence.work(shape, parallel.threads())), shape);
    }

    @Override
    public void minimalRecurrenceGradient(@Nullable Buffer dsums, @Nullable Buffer dbefore, Buffer dh, Buffer h,
            Buffer sums, Buffer before, MinimalShape shape) {
        MinimalRecurrence.backward(parallel, floatsOrNull(dsums), floatsOrNull(dbefore), floats(dh), floats(h),
                floats(sums), floats(before), work(MinimalRecurrence.work(shape, parallel.threads())), shape);
    }

    @Override
    public void attend(HeadsView<Buffer> y, Qkv<Buffer> x, AttentionShape shape) {
        Attention.forward(parallel, y.map(HeapBuffer::floats), x.map(HeapBuffer::floats),
                work(Attention.work(shape, parallel.threads())), shape);
    }

    @Override
    public void attendGradient(Qkv<Buffer> dx, HeadsView<Buffer> dy, Qkv<Buffer> x, AttentionShape shape) {
        Attention.backward(parallel, dx.map(HeapBuffer::floats), dy.map(HeapBuffer::floats), x.map(HeapBuffer::floats),
                work(Attention.work(shape, parallel.threads())), shape);
    }

    @Override
    public void selfAttend(Buffer y, Buffer x, AttentionWeights<Buffer> w, int features, AttentionShape shape) {
        AttentionWeights<float[]> weights = w.map(HeapBuffer::floats);
        SelfAttention.forward(parallel, floats(y), floats(x), weights,
                packed("attention", weights, SelfAttention.packedLength(features, shape)),
                work(SelfAttention.forwardWork(features, shape, parallel.threads())), features, shape);
    }

    @Override
    public void selfAttendGradient(@Nullable Buffer dx, AttentionWeights<Buffer> dw, Buffer dy, Buffer x,
            AttentionWeights<Buffer> w, int features, AttentionShape shape) {
        SelfAttention.backward(parallel, floatsOrNull(dx), dw.map(HeapBuffer::floats), floats(dy), floats(x),
                w.map(HeapBuffer::floats), work(SelfAttention.backwardWork(features, shape, parallel.threads())),
                features, shape);
    }

    @Override
    public void feedForward(Buffer y, Buffer x, FeedForwardWeights<Buffer> w, FeedForwardShape shape) {
        FeedForwardWeights<float[]> weights = w.map(HeapBuffer::floats);
        FeedForward.forward(parallel, floats(y), floats(x), weights,
                packed("feed forward", weights, FeedForward.packedLength(shape)),
                work(FeedForward.forwardWork(shape, parallel.threads())), shape);
    }

    @Override
    public void feedForwardGradient(@Nullable Buffer dx, FeedForwardWeights<Buffer> dw, Buffer dy, Buffer x,
            FeedForwardWeights<Buffer> w, FeedForwardShape shape) {
        FeedForward.backward(parallel, floatsOrNull(dx), dw.map(HeapBuffer::floats), floats(dy), floats(x),
                w.map(HeapBuffer::floats), work(FeedForward.backwardWork(shape, parallel.threads())), shape);
    }

    @Override
    public Repeated repeated(Runnable pass, Prepared prepared) {
        recorded = prepared;
        Plan plan;
        try {
            plan = parallel.record(pass);
        } finally {
            recorded = null;
        }
        return new Repeated() {
            @Override
            public void run() {
                plan.run();
            }

            @Override
            public void runAlone() {
                plan.runAlone();
            }
        };
    }

    @Override
    public Runnable onEachThread(IntConsumer part) {
        Parallel.Task task = (index, parts) -> part.accept(index);
        return () -> parallel.run(task);
    }

    /** The size in bytes of the work space of this backend's operations, which is not part of any {@code Memory}. */
    public long workBytes() {
        return (long) Float.BYTES * (work.length + packed.length());
    }

    @Override
    public void close() {
        parallel.close();
    }

    /** Returns the work space for an operation; it is reused by the next one, but not in a pass that is recorded. */
    private float[] work(int length) {
        if (parallel.isRecording()) {
            return new float[length];
        }
        if (work.length < length) {
            work = new float[length];
        }
        return work;
    }

    /**
     * Returns the place for packed weights, of which the next operation may make another use. In a pass that is recorded,
     * passes with the same weights share it, and it stays.
     *
     * @param layout
     *            what is packed for, and how
     */
    private Packed packed(String layout, Object weights, int length) {
        if (recorded != null) {
            return recorded.get(new PackedFor(layout, weights, length), () -> new Packed(length));
        }
        packed.ensure(length);
        return packed;
    }

    /** What identifies packed weights: their arrays are compared by identity. */
    private record PackedFor(String layout, Object weights, int length) {}

    private static <A> int[] lengths(List<A> all, ToIntFunction<A> length) {
        int[] lengths = new int[all.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = length.applyAsInt(all.get(i));
        }
        return lengths;
    }

    @FunctionalInterface
    private interface Range {
        void run(int at, int length);
    }

    /** Cuts n elements into one range per thread. */
    private void ranges(int n, Range range) {
        parallel.rows(n, 1, (from, to) -> range.run(from, to - from));
    }

    @FunctionalInterface
    private interface Piece {
        void run(int from, int to, int at, int length);
    }

    /** Cuts rows of n elements each into one piece per thread: some of the rows, or some columns of all rows. */
    private void pieces(int rows, int n, boolean byRows, Piece piece) {
        if (byRows) {
            parallel.rows(rows, n, (from, to) -> piece.run(from, to, 0, n));
        } else {
            parallel.rows(n, rows, (from, to) -> piece.run(0, rows, from, to - from));
        }
    }
}
