package scanline.engine.cpu;

import static scanline.engine.cpu.HeapBuffer.floats;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.AxisShape;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.Learned;
import scanline.engine.geometry.LinearShape;
import scanline.engine.geometry.MatmulShape;
import scanline.engine.geometry.Place;
import scanline.engine.geometry.RowMoments;
import scanline.engine.geometry.Window;
import scanline.engine.random.RandomKey;

/**
 * The reference backend: every operation as plain loops, the executable specification against which {@link CpuBackend}
 * is tested. It has none of the optional fused operations, so recurrent layers are composed of basic operations on it.
 */
public final class ReferenceBackend implements Backend {
    /** Creates the backend. */
    public ReferenceBackend() {}

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Buffer allocate(int length) {
        return new HeapBuffer(new float[length]);
    }

    @Override
    public void fill(Buffer y, int from, int n, float value) {
        Arrays.fill(floats(y), from, from + n, value);
    }

    @Override
    public void fill(List<Buffer> all, float value) {
        all.forEach(each -> Arrays.fill(floats(each), value));
    }

    @Override
    public void copy(Buffer y, Place yAt, Buffer x, Place xAt, int outer, int rows, int n) {
        for (int o = 0; o < outer; o++) {
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < n; j++) {
                    floats(y)[yAt.at(o, r) + j] = floats(x)[xAt.at(o, r) + j];
                }
            }
        }
    }

    @Override
    public void accumulate(Buffer y, Place yAt, Buffer x, Place xAt, int outer, int rows, int n) {
        for (int o = 0; o < outer; o++) {
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < n; j++) {
                    floats(y)[yAt.at(o, r) + j] += floats(x)[xAt.at(o, r) + j];
                }
            }
        }
    }

    @Override
    public void lookUp(Buffer y, Buffer x, int[] numbers, int n) {
        for (int i = 0; i < numbers.length; i++) {
            for (int j = 0; j < n; j++) {
                floats(y)[i * n + j] = floats(x)[numbers[i] * n + j];
            }
        }
    }

    @Override
    public void lookUpGradient(Buffer dx, Buffer dy, int[] numbers, int n) {
        for (int i = 0; i < numbers.length; i++) {
            for (int j = 0; j < n; j++) {
                floats(dx)[numbers[i] * n + j] += floats(dy)[i * n + j];
            }
        }
    }

    @Override
    public void add(Buffer y, Buffer a, Buffer b, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = floats(a)[i] + floats(b)[i];
        }
    }

    @Override
    public void subtract(Buffer y, Buffer a, Buffer b, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = floats(a)[i] - floats(b)[i];
        }
    }

    @Override
    public void subtractGradient(Buffer db, Buffer dy, int n) {
        for (int i = 0; i < n; i++) {
            floats(db)[i] -= floats(dy)[i];
        }
    }

    @Override
    public void multiply(Buffer y, Buffer a, Buffer b, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = floats(a)[i] * floats(b)[i];
        }
    }

    @Override
    public void multiplyGradient(Buffer da, Buffer dy, Buffer b, int n) {
        for (int i = 0; i < n; i++) {
            floats(da)[i] += floats(dy)[i] * floats(b)[i];
        }
    }

    @Override
    public void divide(Buffer y, Buffer a, Buffer b, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = floats(a)[i] / floats(b)[i];
        }
    }

    @Override
    public void divideGradient(@Nullable Buffer da, @Nullable Buffer db, Buffer dy, Buffer b, Buffer y, int n) {
        for (int i = 0; i < n; i++) {
            if (da != null) {
                floats(da)[i] += floats(dy)[i] / floats(b)[i];
            }
            if (db != null) {
                floats(db)[i] -= floats(dy)[i] * floats(y)[i] / floats(b)[i];
            }
        }
    }

    @Override
    public void exp(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) StrictMath.exp(floats(x)[i]);
        }
    }

    @Override
    public void log(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) StrictMath.log(floats(x)[i]);
        }
    }

    @Override
    public void sin(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) StrictMath.sin(floats(x)[i]);
        }
    }

    @Override
    public void cos(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) StrictMath.cos(floats(x)[i]);
        }
    }

    @Override
    public void sqrt(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) Math.sqrt(floats(x)[i]);
        }
    }

    @Override
    public void sqrtGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        for (int i = 0; i < n; i++) {
            floats(dx)[i] += floats(dy)[i] / (2 * floats(y)[i]);
        }
    }

    @Override
    public void power(Buffer y, Buffer x, float exponent, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) StrictMath.pow(floats(x)[i], exponent);
        }
    }

    @Override
    public void powerGradient(Buffer dx, Buffer dy, Buffer x, float exponent, int n) {
        for (int i = 0; i < n && exponent != 0; i++) {
            floats(dx)[i] += (float) (floats(dy)[i] * exponent * StrictMath.pow(floats(x)[i], exponent - 1.0));
        }
    }

    @Override
    public void abs(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = Math.abs(floats(x)[i]);
        }
    }

    @Override
    public void absGradient(Buffer dx, Buffer dy, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(dx)[i] += floats(x)[i] > 0 ? floats(dy)[i] : floats(x)[i] < 0 ? -floats(dy)[i] : 0f;
        }
    }

    @Override
    public void sum(Buffer y, Buffer x, AxisShape shape) {
        fill(y, 0, shape.others(), 0f);
        repeatGradient(y, x, shape);
    }

    @Override
    public void sumGradient(Buffer dx, Buffer dy, float factor, AxisShape shape) {
        for (int o = 0; o < shape.outer(); o++) {
            for (int k = 0; k < shape.n(); k++) {
                for (int i = 0; i < shape.inner(); i++) {
                    floats(dx)[at(o, k, i, shape)] += factor * floats(dy)[o * shape.inner() + i];
                }
            }
        }
    }

    @Override
    public void repeat(Buffer y, Buffer x, AxisShape shape) {
        for (int o = 0; o < shape.outer(); o++) {
            for (int k = 0; k < shape.n(); k++) {
                for (int i = 0; i < shape.inner(); i++) {
                    floats(y)[at(o, k, i, shape)] = floats(x)[o * shape.inner() + i];
                }
            }
        }
    }

    @Override
    public void repeatGradient(Buffer dx, Buffer dy, AxisShape shape) {
        for (int o = 0; o < shape.outer(); o++) {
            for (int i = 0; i < shape.inner(); i++) {
                double sum = 0;
                for (int k = 0; k < shape.n(); k++) {
                    sum += floats(dy)[at(o, k, i, shape)];
                }
                floats(dx)[o * shape.inner() + i] += (float) sum;
            }
        }
    }

    @Override
    public void max(Buffer y, Buffer found, Buffer x, AxisShape shape) {
        for (int o = 0; o < shape.outer(); o++) {
            for (int i = 0; i < shape.inner(); i++) {
                int most = 0;
                for (int k = 1; k < shape.n(); k++) {
                    // In this order, NaN is above all numbers, and 0 is equal to -0.
                    if (Float.compare(floats(x)[at(o, k, i, shape)] + 0f,
                            floats(x)[at(o, most, i, shape)] + 0f) > 0) {
                        most = k;
                    }
                }
                floats(y)[o * shape.inner() + i] = floats(x)[at(o, most, i, shape)];
                floats(found)[o * shape.inner() + i] = most;
            }
        }
    }

    @Override
    public void maxGradient(Buffer dx, Buffer dy, Buffer found, AxisShape shape) {
        for (int o = 0; o < shape.outer(); o++) {
            for (int i = 0; i < shape.inner(); i++) {
                int at = o * shape.inner() + i;
                floats(dx)[at(o, (int) floats(found)[at], i, shape)] += floats(dy)[at];
            }
        }
    }

    private static int at(int o, int k, int i, AxisShape shape) {
        return (o * shape.n() + k) * shape.inner() + i;
    }

    @Override
    public void sigmoid(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) (1 / (1 + StrictMath.exp(-floats(x)[i])));
        }
    }

    @Override
    public void sigmoidGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        for (int i = 0; i < n; i++) {
            floats(dx)[i] += floats(dy)[i] * floats(y)[i] * (1 - floats(y)[i]);
        }
    }

    @Override
    public void tanh(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) StrictMath.tanh(floats(x)[i]);
        }
    }

    @Override
    public void tanhGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        for (int i = 0; i < n; i++) {
            floats(dx)[i] += floats(dy)[i] * (1 - floats(y)[i] * floats(y)[i]);
        }
    }

    @Override
    public void relu(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = floats(x)[i] <= 0 ? 0f : floats(x)[i];
        }
    }

    @Override
    public void reluGradient(Buffer dx, Buffer dy, Buffer y, int n) {
        for (int i = 0; i < n; i++) {
            floats(dx)[i] += floats(y)[i] <= 0 ? 0f : floats(dy)[i];
        }
    }

    @Override
    public void gelu(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) (floats(x)[i] * distribution(floats(x)[i]));
        }
    }

    @Override
    public void geluGradient(Buffer dx, Buffer dy, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            double v = floats(x)[i];
            double density = StrictMath.exp(-v * v / 2) / StrictMath.sqrt(2 * StrictMath.PI);
            floats(dx)[i] += (float) (floats(dy)[i] * (distribution(v) + v * density));
        }
    }

    /** The normal distribution function, by its series around 0 (Marsaglia 2004); beyond 7 it is 0 or 1 in float32. */
    private static double distribution(double x) {
        if (Math.abs(x) > 7) {
            return x < 0 ? 0 : 1;
        }
        double sum = x;
        double term = x;
        for (int i = 3; Math.abs(term) > 1e-18; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * StrictMath.PI);
    }

    @Override
    public void tanhGelu(Buffer y, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = (float) (floats(x)[i] * (1 + tanhOfGelu(floats(x)[i])) / 2);
        }
    }

    @Override
    public void tanhGeluGradient(Buffer dx, Buffer dy, Buffer x, int n) {
        for (int i = 0; i < n; i++) {
            double v = floats(x)[i];
            double tanh = tanhOfGelu(v);
            double inner = StrictMath.sqrt(2 / StrictMath.PI) * (1 + 3 * 0.044715 * v * v);
            floats(dx)[i] += (float) (floats(dy)[i] * (1 + tanh + v * (1 - tanh * tanh) * inner) / 2);
        }
    }

    private static double tanhOfGelu(double x) {
        return StrictMath.tanh(StrictMath.sqrt(2 / StrictMath.PI) * (x + 0.044715 * x * x * x));
    }

    @Override
    public void layerNorm(Buffer y, RowMoments<Buffer> saved, Buffer x, Affine<Buffer> affine, float epsilon, int rows,
            int n) {
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += floats(x)[i * n + j];
            }
            double m = sum / n;
            double squares = 0;
            for (int j = 0; j < n; j++) {
                squares += (floats(x)[i * n + j] - m) * (floats(x)[i * n + j] - m);
            }
            double scale = 1 / Math.sqrt(squares / n + epsilon);
            floats(saved.mean())[i] = (float) m;
            floats(saved.inverse())[i] = (float) scale;
            for (int j = 0; j < n; j++) {
                floats(y)[i * n + j] = (float) ((floats(x)[i * n + j] - m) * scale * floats(affine.gamma())[j]
                        + floats(affine.beta())[j]);
            }
        }
    }

    @Override
    public void layerNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            RowMoments<Buffer> saved, Buffer gamma, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            double scale = floats(saved.inverse())[i];
            double sum = 0;
            double product = 0;
            for (int j = 0; j < n; j++) {
                double z = (floats(x)[i * n + j] - (double) floats(saved.mean())[i]) * scale;
                double g = (double) floats(dy)[i * n + j] * floats(gamma)[j];
                if (daffine.gamma() != null) {
                    floats(daffine.gamma())[j] += (float) (floats(dy)[i * n + j] * z);
                }
                if (daffine.beta() != null) {
                    floats(daffine.beta())[j] += floats(dy)[i * n + j];
                }
                sum += g;
                product += g * z;
            }
            for (int j = 0; j < n && dx != null; j++) {
                double z = (floats(x)[i * n + j] - (double) floats(saved.mean())[i]) * scale;
                double g = (double) floats(dy)[i * n + j] * floats(gamma)[j];
                floats(dx)[i * n + j] += (float) (scale * (g - sum / n - z * product / n));
            }
        }
    }

    @Override
    public void softmax(Buffer y, Buffer x, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            double largest = largest(x, i, n);
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += StrictMath.exp(floats(x)[i * n + j] - largest);
            }
            for (int j = 0; j < n; j++) {
                floats(y)[i * n + j] = (float) (StrictMath.exp(floats(x)[i * n + j] - largest) / sum);
            }
        }
    }

    /** The largest element of a row. It is subtracted before the exponentials, which would overflow from 710 on. */
    private static double largest(Buffer x, int row, int n) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            largest = Math.max(largest, floats(x)[row * n + j]);
        }
        return largest;
    }

    @Override
    public void softmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += floats(y)[i * n + j] * floats(dy)[i * n + j];
            }
            for (int j = 0; j < n; j++) {
                floats(dx)[i * n + j] += (float) (floats(y)[i * n + j] * (floats(dy)[i * n + j] - sum));
            }
        }
    }

    @Override
    public void logSoftmax(Buffer y, Buffer x, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            double largest = largest(x, i, n);
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += StrictMath.exp(floats(x)[i * n + j] - largest);
            }
            for (int j = 0; j < n; j++) {
                floats(y)[i * n + j] = (float) (floats(x)[i * n + j] - largest - StrictMath.log(sum));
            }
        }
    }

    @Override
    public void logSoftmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += floats(dy)[i * n + j];
            }
            for (int j = 0; j < n; j++) {
                floats(dx)[i * n + j] += (float) (floats(dy)[i * n + j] - StrictMath.exp(floats(y)[i * n + j]) * sum);
            }
        }
    }

    @Override
    public void dropout(Buffer y, Buffer x, RandomKey key, float rate, int n) {
        fill(y, 0, n, 0f);
        dropoutGradient(y, x, key, rate, n);
    }

    @Override
    public void dropoutGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int n) {
        for (int i = 0; i < n; i++) {
            floats(dx)[i] += key.uniform(i) < rate ? 0f : floats(dy)[i] / (1 - rate);
        }
    }

    @Override
    public void dropoutOfSteps(Buffer y, Buffer x, RandomKey key, float rate, int steps, int n) {
        fill(y, 0, steps * n, 0f);
        dropoutOfStepsGradient(y, x, key, rate, steps, n);
    }

    @Override
    public void dropoutOfStepsGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int steps, int n) {
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < n; i++) {
                floats(dx)[t * n + i] += key.uniform(i) < rate ? 0f : floats(dy)[t * n + i] / (1 - rate);
            }
        }
    }

    @Override
    public void linear(Buffer y, Buffer x, Buffer w, @Nullable Buffer b, LinearShape shape) {
        int rows = shape.rows();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < outputs; j++) {
                float sum = b == null ? 0f : floats(b)[j];
                for (int k = 0; k < inputs; k++) {
                    sum = Math.fma(floats(x)[i * inputs + k], floats(w)[j * inputs + k], sum);
                }
                floats(y)[i * outputs + j] = sum;
            }
        }
    }

    @Override
    public void linearGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer db, Buffer dy, Buffer x,
            Buffer w, LinearShape shape) {
        int rows = shape.rows();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < outputs; j++) {
                float d = floats(dy)[i * outputs + j];
                for (int k = 0; k < inputs; k++) {
                    if (dx != null) {
                        floats(dx)[i * inputs + k] = Math.fma(d, floats(w)[j * inputs + k], floats(dx)[i * inputs + k]);
                    }
                    if (dw != null) {
                        floats(dw)[j * inputs + k] = Math.fma(d, floats(x)[i * inputs + k], floats(dw)[j * inputs + k]);
                    }
                }
                if (db != null) {
                    floats(db)[j] += d;
                }
            }
        }
    }

    @Override
    public void matmul(Buffer y, Buffer a, Buffer b, MatmulShape shape) {
        fill(y, 0, shape.batch() * shape.rows() * shape.columns(), 0f);
        products(shape, (row, inner, column) -> floats(y)[row * shape.columns() + column] = Math.fma(
                floats(a)[row * shape.depth() + inner % shape.depth()], floats(b)[inner * shape.columns() + column],
                floats(y)[row * shape.columns() + column]));
    }

    @Override
    public void matmulGradient(@Nullable Buffer da, @Nullable Buffer db, Buffer dy, Buffer a, Buffer b,
            MatmulShape shape) {
        if (da != null) {
            products(shape, (row, inner, column) -> {
                int target = row * shape.depth() + inner % shape.depth();
                floats(da)[target] = Math.fma(floats(dy)[row * shape.columns() + column],
                        floats(b)[inner * shape.columns() + column], floats(da)[target]);
            });
        }
        if (db != null) {
            products(shape, (row, inner, column) -> {
                int target = inner * shape.columns() + column;
                floats(db)[target] = Math.fma(floats(a)[row * shape.depth() + inner % shape.depth()],
                        floats(dy)[row * shape.columns() + column], floats(db)[target]);
            });
        }
    }

    private interface Multiplication {
        /** Multiplies for a row of a, a row of b and a column of b; rows are counted over the whole batch. */
        void at(int row, int inner, int column);
    }

    private static void products(MatmulShape shape, Multiplication multiplication) {
        for (int row = 0; row < shape.batch() * shape.rows(); row++) {
            for (int k = 0; k < shape.depth(); k++) {
                for (int column = 0; column < shape.columns(); column++) {
                    multiplication.at(row, row / shape.rows() * shape.depth() + k, column);
                }
            }
        }
    }

    @Override
    public void transpose(Buffer y, Buffer x, int batch, int pixels, int channels) {
        for (int b = 0; b < batch; b++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    floats(y)[(b * channels + c) * pixels + p] = floats(x)[(b * pixels + p) * channels + c];
                }
            }
        }
    }

    @Override
    public void transposeGradient(Buffer dx, Buffer dy, int batch, int pixels, int channels) {
        for (int b = 0; b < batch; b++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    floats(dx)[(b * pixels + p) * channels + c] += floats(dy)[(b * channels + c) * pixels + p];
                }
            }
        }
    }

    /** An action on a pixel under the window; {@code r} and {@code s} are its row and column in the window. */
    @FunctionalInterface
    private interface Pixel {
        void at(int place, int r, int s, int pixel);
    }

    /** Visits every pixel that is under a place of the window and inside the image. */
    private static void each(Window window, Pixel pixel) {
        int places = window.outHeight() * window.outWidth();
        for (int place = 0; place < window.batch() * places; place++) {
            for (int r = 0; r < window.rows(); r++) {
                for (int s = 0; s < window.columns(); s++) {
                    int i = place % places / window.outWidth() * window.stride() - window.padding() + r;
                    int j = place % window.outWidth() * window.stride() - window.padding() + s;
                    if (i >= 0 && i < window.height() && j >= 0 && j < window.width()) {
                        pixel.at(place, r, s, (place / places * window.height() + i) * window.width() + j);
                    }
                }
            }
        }
    }

    private static int weight(int o, int c, int r, int s, Window window) {
        return ((o * window.channels() + c) * window.rows() + r) * window.columns() + s;
    }

    @Override
    public void convolution(Buffer y, Buffer x, Buffer w, Buffer bias, int outputs, Window window) {
        for (int i = 0; i < window.batch() * window.outHeight() * window.outWidth() * outputs; i++) {
            floats(y)[i] = floats(bias)[i % outputs];
        }
        each(window, (place, r, s, pixel) -> {
            for (int o = 0; o < outputs; o++) {
                for (int c = 0; c < window.channels(); c++) {
                    floats(y)[place * outputs + o] = Math.fma(floats(x)[pixel * window.channels() + c],
                            floats(w)[weight(o, c, r, s, window)], floats(y)[place * outputs + o]);
                }
            }
        });
    }

    @Override
    public void convolutionGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer dbias, Buffer dy,
            Buffer x, Buffer w, int outputs, Window window) {
        for (int i = 0; dbias != null && i < window.batch() * window.outHeight() * window.outWidth() * outputs; i++) {
            floats(dbias)[i % outputs] += floats(dy)[i];
        }
        each(window, (place, r, s, pixel) -> {
            for (int o = 0; o < outputs; o++) {
                float d = floats(dy)[place * outputs + o];
                for (int c = 0; c < window.channels(); c++) {
                    int weight = weight(o, c, r, s, window);
                    int source = pixel * window.channels() + c;
                    if (dw != null) {
                        floats(dw)[weight] = Math.fma(d, floats(x)[source], floats(dw)[weight]);
                    }
                    if (dx != null) {
                        floats(dx)[source] = Math.fma(d, floats(w)[weight], floats(dx)[source]);
                    }
                }
            }
        });
    }

    @Override
    public void maxPool(Buffer y, Buffer from, Buffer x, Window window) {
        each(window, (place, r, s, pixel) -> {
            for (int c = 0; c < window.channels(); c++) {
                int at = place * window.channels() + c;
                float v = floats(x)[pixel * window.channels() + c];
                if (r + s == 0 || v > floats(y)[at] || Float.isNaN(v)) {
                    floats(y)[at] = v;
                    floats(from)[at] = r * window.columns() + s;
                }
            }
        });
    }

    @Override
    public void maxPoolGradient(Buffer dx, Buffer dy, Buffer from, Window window) {
        each(window, (place, r, s, pixel) -> {
            for (int c = 0; c < window.channels(); c++) {
                int at = place * window.channels() + c;
                floats(dx)[pixel * window.channels() + c] += floats(from)[at] == r * window.columns() + s
                        ? floats(dy)[at]
                        : 0f;
            }
        });
    }

    @Override
    public void averagePool(Buffer y, Buffer x, Window window) {
        int n = window.batch() * window.outHeight() * window.outWidth() * window.channels();
        fill(y, 0, n, 0f);
        each(window, (place, _, _, pixel) -> {
            for (int c = 0; c < window.channels(); c++) {
                floats(y)[place * window.channels() + c] += floats(x)[pixel * window.channels() + c];
            }
        });
        for (int i = 0; i < n; i++) {
            floats(y)[i] /= window.rows() * window.columns();
        }
    }

    @Override
    public void averagePoolGradient(Buffer dx, Buffer dy, Window window) {
        each(window, (place, _, _, pixel) -> {
            for (int c = 0; c < window.channels(); c++) {
                floats(dx)[pixel * window.channels() + c] += floats(dy)[place * window.channels() + c]
                        / (window.rows() * window.columns());
            }
        });
    }

    @Override
    public void batchStatistics(Buffer mean, Buffer variance, Buffer x, int rows, int channels) {
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += floats(x)[i * channels + c];
            }
            double squares = 0;
            for (int i = 0; i < rows; i++) {
                double difference = floats(x)[i * channels + c] - sum / rows;
                squares += difference * difference;
            }
            floats(mean)[c] = (float) (sum / rows);
            floats(variance)[c] = (float) (squares / rows);
        }
    }

    @Override
    public void trackStatistics(Buffer runningMean, Buffer runningVariance, Buffer mean, Buffer variance,
            float momentum, int rows, int channels) {
        for (int c = 0; c < channels; c++) {
            double unbiased = (double) floats(variance)[c] * rows / (rows - 1);
            floats(runningMean)[c] += momentum * (floats(mean)[c] - floats(runningMean)[c]);
            floats(runningVariance)[c] += (float) (momentum * (unbiased - floats(runningVariance)[c]));
        }
    }

    @Override
    public void batchNorm(Buffer y, Buffer x, ChannelNorm<Buffer> norm, boolean relu, int rows, int channels) {
        for (int i = 0; i < rows * channels; i++) {
            int c = i % channels;
            double v = (floats(x)[i] - (double) floats(norm.mean())[c])
                    / Math.sqrt((double) floats(norm.variance())[c] + norm.epsilon());
            double z = floats(norm.affine().gamma())[c] * v + floats(norm.affine().beta())[c];
            floats(y)[i] = relu && z <= 0 ? 0f : (float) z;
        }
    }

    @Override
    public void batchNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            ChannelNorm<Buffer> norm, boolean relu, int rows, int channels) {
        for (int c = 0; c < channels; c++) {
            double deviation = Math.sqrt((double) floats(norm.variance())[c] + norm.epsilon());
            double[] v = new double[rows];
            double[] g = new double[rows];
            double sum = 0;
            double product = 0;
            for (int i = 0; i < rows; i++) {
                v[i] = (floats(x)[i * channels + c] - (double) floats(norm.mean())[c]) / deviation;
                boolean cut = relu && floats(norm.affine().gamma())[c] * v[i] + floats(norm.affine().beta())[c] <= 0;
                g[i] = cut ? 0 : floats(dy)[i * channels + c];
                sum += g[i];
                product += g[i] * v[i];
            }
            if (daffine.beta() != null) {
                floats(daffine.beta())[c] += (float) sum;
            }
            if (daffine.gamma() != null) {
                floats(daffine.gamma())[c] += (float) product;
            }
            for (int i = 0; i < rows && dx != null; i++) {
                double each = norm.ofBatch() ? g[i] - sum / rows - v[i] * product / rows : g[i];
                floats(dx)[i * channels + c] += (float) (floats(norm.affine().gamma())[c] / deviation * each);
            }
        }
    }

    @Override
    public void crossEntropy(Buffer loss, Buffer probabilities, Buffer logits, int[] labels, float smoothing, int rows,
            int classes) {
        double total = 0;
        int counted = 0;
        for (int i = 0; i < rows; i++) {
            double largest = largest(logits, i, classes);
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                sum += StrictMath.exp(floats(logits)[i * classes + j] - largest);
            }
            counted += labels[i] == IGNORED ? 0 : 1;
            for (int j = 0; j < classes; j++) {
                double logP = floats(logits)[i * classes + j] - largest - StrictMath.log(sum);
                floats(probabilities)[i * classes + j] = (float) StrictMath.exp(logP);
                float target = target(j == labels[i], smoothing, classes);
                // A logit may be -infinity.
                total -= labels[i] == IGNORED || target == 0 ? 0 : target * logP;
            }
        }
        floats(loss)[0] = (float) (total / counted);
    }

    @Override
    public void crossEntropyGradient(Buffer dlogits, Buffer dloss, Buffer probabilities, int[] labels, float smoothing,
            int rows, int classes) {
        long counted = Arrays.stream(labels).filter(label -> label != IGNORED).count();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < classes && labels[i] != IGNORED; j++) {
                float difference = floats(probabilities)[i * classes + j] - target(j == labels[i], smoothing, classes);
                floats(dlogits)[i * classes + j] += floats(dloss)[0] * difference / counted;
            }
        }
    }

    private static float target(boolean label, float smoothing, int classes) {
        return (label ? 1 - smoothing : 0) + smoothing / classes;
    }

    @Override
    public void scale(Buffer y, float factor, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] *= factor;
        }
    }

    @Override
    public void interpolate(Buffer y, Buffer x, float weight, int n) {
        for (int i = 0; i < n; i++) {
            floats(y)[i] = Math.fma(weight, floats(x)[i] - floats(y)[i], floats(y)[i]);
        }
    }

    @Override
    public void clamp(List<Buffer> all, float bound) {
        for (Buffer y : all) {
            for (int i = 0; i < y.length(); i++) {
                floats(y)[i] = Math.clamp(floats(y)[i], -bound, bound);
            }
        }
    }

    @Override
    public void clipNorm(List<Buffer> all, double bound) {
        double squares = 0;
        for (Buffer y : all) {
            squares += sumOfSquares(floats(y));
        }
        double factor = bound / (Math.sqrt(squares) + 1e-6);
        if (factor < 1) {
            all.forEach(y -> scale(y, (float) factor, y.length()));
        }
    }

    private static float sumOfSquares(float[] x) {
        double sum = 0;
        for (float each : x) {
            sum += (double) each * each;
        }
        return (float) sum;
    }

    @Override
    public void sgd(List<Learned<Buffer>> all, List<SgdStep> steps) {
        for (int i = 0; i < steps.size(); i++) {
            sgd(all.get(i).map(HeapBuffer::floats), steps.get(i));
        }
    }

    private static void sgd(Learned<float[]> learned, SgdStep step) {
        float[] w = learned.value();
        float[] v = learned.state().get(0);
        for (int i = 0; i < w.length; i++) {
            float g = learned.gradient()[i] + step.decay() * w[i];
            v[i] = step.momentum() * v[i] + g;
            w[i] -= step.rate() * (step.nesterov() ? g + step.momentum() * v[i] : v[i]);
        }
    }

    @Override
    public void rmsProp(List<Learned<Buffer>> all, List<RmsPropStep> steps) {
        for (int i = 0; i < steps.size(); i++) {
            rmsProp(all.get(i).map(HeapBuffer::floats), steps.get(i));
        }
    }

    private static void rmsProp(Learned<float[]> learned, RmsPropStep step) {
        float[] w = learned.value();
        float[] s = learned.state().get(0);
        float[] v = learned.state().get(1);
        float alpha = (float) step.alpha();
        float rest = (float) (1 - step.alpha());
        for (int i = 0; i < w.length; i++) {
            float g = learned.gradient()[i] + step.decay() * w[i];
            s[i] = alpha * s[i] + rest * g * g;
            v[i] = step.momentum() * v[i] + g / ((float) Math.sqrt(s[i]) + step.epsilon());
            w[i] -= step.rate() * v[i];
        }
    }

    @Override
    public void adam(List<Learned<Buffer>> all, List<AdamStep> steps) {
        for (int i = 0; i < steps.size(); i++) {
            adam(all.get(i).map(HeapBuffer::floats), steps.get(i));
        }
    }

    private static void adam(Learned<float[]> learned, AdamStep step) {
        float[] w = learned.value();
        float[] m = learned.state().get(0);
        float[] s = learned.state().get(1);
        float beta1 = (float) step.beta1();
        float rest1 = (float) (1 - step.beta1());
        float beta2 = (float) step.beta2();
        float rest2 = (float) (1 - step.beta2());
        for (int i = 0; i < w.length; i++) {
            w[i] *= step.shrink();
            float g = learned.gradient()[i] + step.decay() * w[i];
            m[i] = beta1 * m[i] + rest1 * g;
            s[i] = beta2 * s[i] + rest2 * g * g;
            w[i] -= step.stepSize() * m[i] / ((float) Math.sqrt(s[i]) / step.correction() + step.epsilon());
        }
    }

    @Override
    public void close() {
        // There are no threads to end.
    }
}
