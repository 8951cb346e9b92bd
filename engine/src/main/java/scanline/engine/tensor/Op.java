package scanline.engine.tensor;

import java.util.List;
import java.util.Locale;

import scanline.engine.geometry.Cell;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.geometry.Window;

/**
 * What an operation computes: its name and its settings, as a {@link Trace} records them. The inputs of an operation
 * are its tensors in the order that each constant or record states.
 */
public sealed interface Op {
    /** The name, such as {@code linear} or {@code selfAttention}. */
    default String label() {
        return Character.toLowerCase(getClass().getSimpleName().charAt(0)) + getClass().getSimpleName().substring(1);
    }

    /**
     * Returns the number of floating-point operations of its products in the forward pass, where a product with the
     * addition that follows it counts as two; 0 if it has no products of matrices.
     */
    default long flops(List<Tensor> inputs, Tensor output) {
        return 0;
    }

    /** The operations without settings. */
    enum Plain implements Op {
        /** {@code a + b}, of the same shape. */
        ADD,
        /** {@code a - b}, of the same shape. */
        SUBTRACT,
        /** {@code a b}, element-wise, of the same shape. */
        MULTIPLY,
        /** {@code a / b}, element-wise, of the same shape. */
        DIVIDE,
        /** {@code exp(x)}. */
        EXP,
        /** The natural logarithm of x. */
        LOG,
        /** {@code sin(x)}. */
        SIN,
        /** {@code cos(x)}. */
        COS,
        /** The square root of x. */
        SQRT,
        /** {@code |x|}. */
        ABS,
        /** {@code 1 / (1 + exp(-x))}. */
        SIGMOID,
        /** {@code tanh(x)}. */
        TANH,
        /** {@code max(x, 0)}. */
        RELU,
        /** {@code x Phi(x)}. */
        GELU,
        /** {@code x Phi(x)}, approximated by tanh. */
        TANH_GELU,
        /** {@code v sigmoid(w)}, of the same shape. */
        GATE,
        /** {@code v sigmoid(w)} of the halves v and w of the last axis. */
        GLU,
        /** The softmax along the last axis. */
        SOFTMAX,
        /** The logarithm of the softmax along the last axis. */
        LOG_SOFTMAX,
        /** x with p added to every example: [T, B, F] and [T, F]. */
        ADD_TO_EXAMPLES,
        /** {@code x w^T}, or {@code x w^T + b} if there is a third input. */
        LINEAR {
            @Override
            public long flops(List<Tensor> inputs, Tensor output) {
                return 2L * output.shape().elements() * inputs.get(1).shape().size(1);
            }
        },
        /** {@code a b}, the matrix product, or one for each pair of a batch. */
        MATMUL {
            @Override
            public long flops(List<Tensor> inputs, Tensor output) {
                return 2L * output.shape().elements() * inputs.get(0).shape().size(-1);
            }
        },
        /** An S4D layer: x, logDt, logReal, imaginary, C and D; a mode takes six multiply-adds a step. */
        S4D {
            @Override
            public long flops(List<Tensor> inputs, Tensor output) {
                return 12L * output.shape().elements() * inputs.get(2).shape().size(1);
            }
        },
        /** x with another shape and the same elements in their order. */
        RESHAPE,
        /** x repeated along axes of size 1 and missing first axes. */
        EXPAND,
        /** Tensors [B, F] as the steps of a sequence, [T, B, F]. */
        STACK,
        /** The steps of a sequence in reverse order. */
        REVERSE,
        /** [A, B, N] to [B, A, N], or to [B, A, N, 1]. */
        SWAP,
        /** [M, N] to [N, M]. */
        TRANSPOSE,
        /** [F] and [T, B, F] to [T + 1, B, F]. */
        PREPEND,
        /** Images [B, H, W, C] to vectors [B, C H W]. */
        FLATTEN,
        /** Values of any shape to pairs (0, x), [n, 2]. */
        PAIR_WITH_ZERO,
        /** Logits to their mean cross-entropy with labels, [1]. */
        CROSS_ENTROPY;

        @Override
        public String label() {
            StringBuilder label = new StringBuilder();
            for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
                label.append(label.isEmpty()
                        ? word
                        : Character.toUpperCase(word.charAt(0)) + word.substring(1));
            }
            return label.toString();
        }
    }

    /** {@code factor x}. */
    record Scale(float factor) implements Op {}

    /** {@code x^exponent}. */
    record Power(float exponent) implements Op {}

    /**
     * {@code factor sum(x)} over all elements or along an axis: the sum, or the mean.
     *
     * @param axis
     *            from 0; -1 for all elements
     * @param mean
     *            whether the sum is divided by the number of its elements
     */
    record Sum(int axis, boolean mean) implements Op {}

    /** The maximum along an axis, from 0. */
    record Max(int axis) implements Op {}

    /** The part from {@code from} (inclusive) to {@code to} (exclusive) along an axis, from 0. */
    record Slice(int axis, int from, int to) implements Op {}

    /** Step t of a sequence: [T, B, F] to [B, F]. */
    record Step(int t) implements Op {}

    /** Tensors joined along an axis, from 0. */
    record Concat(int axis) implements Op {}

    /** Examples of a batch by their numbers: [T, B, F] to [T, numbers, F]. */
    record Examples(int[] numbers) implements Op {}

    /** A row of the table [N, F] for each number. */
    record LookUp(int[] numbers) implements Op {}

    /** Dropout while training. */
    record Dropout(float rate) implements Op {}

    /** Dropout while training, the same for all steps of a sequence. */
    record DropoutOfSteps(float rate) implements Op {}

    /** A convolution of images x with w [Cout, Cin, kh, kw] and b. */
    record Convolution(Window window) implements Op {
        @Override
        public long flops(List<Tensor> inputs, Tensor output) {
            return 2L * output.shape().elements() * window.depth();
        }
    }

    /** The maximum in a window that moves over images. */
    record MaxPool(Window window) implements Op {}

    /** The mean in a window that moves over images. */
    record AveragePool(Window window) implements Op {}

    /**
     * Batch normalization of x with gamma and beta.
     *
     * @param mean
     *            the running mean, with which inference normalizes
     * @param variance
     *            the running variance
     * @param epsilon
     *            the constant added to the variance
     * @param relu
     *            whether ReLU follows
     * @param pooled
     *            the size and stride of the max pooling that follows; 0 for none
     */
    record BatchNorm(Statistic mean, Statistic variance, float epsilon, boolean relu, int pooled) implements Op {}

    /** Layer normalization of x with gamma and beta. */
    record LayerNorm(float epsilon) implements Op {}

    /** Two linear maps with a nonlinearity between them: x, w1, b1, w2, b2. */
    record FeedForward(Nonlinearity nonlinearity) implements Op {
        @Override
        public long flops(List<Tensor> inputs, Tensor output) {
            return 4L * output.shape().elements() * inputs.get(1).shape().size(0);
        }
    }

    /**
     * Attention of queries, keys and values, which are columns of three tensors.
     *
     * @param q
     *            the first column of the queries; k and v are those of keys and values
     */
    record Attend(int heads, int width, Mask mask, int q, int k, int v) implements Op {
        @Override
        public long flops(List<Tensor> inputs, Tensor output) {
            return 4L * output.shape().elements() * inputs.get(1).shape().size(0);
        }
    }

    /** A layer of self-attention: x, the input projection, its bias unless there are four inputs, the output's two. */
    record SelfAttention(int heads, int width, Mask mask) implements Op {
        @Override
        public long flops(List<Tensor> inputs, Tensor output) {
            Shape x = inputs.get(0).shape();
            long inner = (long) heads * width;
            return 2 * (long) x.rows() * inner * (4L * x.size(2) + 2L * x.size(0));
        }
    }

    /**
     * A recurrent layer: x, W, U, b, d, the initial hidden state, the initial cell state if the kind has one, and the
     * weights that only this kind has.
     */
    record Recurrent(Cell cell, Sequences.Output output) implements Op {
        @Override
        public long flops(List<Tensor> inputs, Tensor result) {
            Shape x = inputs.get(0).shape();
            // Of a LEM, one block of the gates reads the new cell state in place of the previous hidden state.
            int gates = inputs.get(1).shape().size(0);
            return 2L * x.size(0) * x.size(1) * gates * (x.size(2) + inputs.get(2).shape().size(1));
        }
    }

    /**
     * A diagonal linear recurrence: the input, then the weights in the order of
     * {@link scanline.engine.geometry.DiagonalWeights}.
     */
    record Diagonal(DiagonalKind kind) implements Op {
        @Override
        public long flops(List<Tensor> inputs, Tensor output) {
            return 8L * output.shape().elements() * inputs.get(1).shape().size(0);
        }

        /** Returns the real and imaginary parts of l and then of p, N each, from the inputs of the operation. */
        public float[] numbers(List<Tensor> inputs) {
            float[] numbers = new float[4 * inputs.get(1).shape().size(0)];
            new Discretization(kind).forward(numbers, inputs.subList(1, 4).stream().map(Tensor::values).toList());
            return numbers;
        }
    }

    /** A minimal recurrence: the sums of its gates, and the initial state. */
    record MinimalRecurrence(MinimalKind kind) implements Op {}

    /** An operation from outside the engine. */
    record Custom(CustomOp op) implements Op {
        @Override
        public String label() {
            return op.name();
        }
    }
}
