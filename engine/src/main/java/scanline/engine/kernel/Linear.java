package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.LinearShape;

/** Linear maps of rows, {@code y = x w^T + b} with w [outputs, inputs]. All threads first pack the weight together. */
public final class Linear {
    // Fewer rows than those of a tile.
    private static final int FEW_ROWS = 6;

    private Linear() {}

    /** The length of the packed weight of {@link #forward}, in floats. */
    public static int packedLength(LinearShape shape) {
        return Lanes.FIRST + Gemm.packedLength(shape.inputs(), shape.outputs());
    }

    /** Sets y. */
    public static void forward(Parallel parallel, float[] y, float[] x, float[] w, float @Nullable [] b, Packed packed,
            LinearShape shape) {
        float[] weight = packed.values();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        int panels = Gemm.panels(outputs);
        parallel.run(shape.products(), packed, (part, parts) -> {
            int panel = Parallel.from(part, parts, panels);
            Gemm.packTransposed(weight, Lanes.FIRST + panel * inputs * Gemm.PANEL, w, 0, inputs, inputs, outputs, panel,
                    Parallel.from(part + 1, parts, panels));
        }, (part, parts) -> {
            // Few rows are not divided, but the outputs: each thread then reads only its part of the weights.
            boolean few = shape.rows() < FEW_ROWS;
            int row = few ? 0 : Parallel.from(part, parts, shape.rows());
            int rows = (few ? shape.rows() : Parallel.from(part + 1, parts, shape.rows())) - row;
            int panel = few ? Parallel.from(part, parts, panels) : 0;
            int output = Math.min(outputs, panel * Gemm.PANEL);
            int end = few ? Math.min(outputs, Parallel.from(part + 1, parts, panels) * Gemm.PANEL) : outputs;
            int at = row * outputs + output;
            if (b == null) {
                for (int i = 0; i < rows; i++) {
                    Arrays.fill(y, at + i * outputs, at + i * outputs + end - output, 0f);
                }
            }
            Gemm.multiply(y, at, outputs, b == null ? y : b, b == null ? at : output, b == null ? outputs : 0, x,
                    row * inputs, inputs, weight, Lanes.FIRST + panel * inputs * Gemm.PANEL, rows, inputs,
                    end - output);
        });
    }

    /** The work space of {@link #backward}, in floats, with or without the gradient of the input. */
    public static int backwardWork(LinearShape shape, boolean input, int threads) {
        return Lanes.FIRST + new WeightGradient(shape, threads).work()
                + (input ? Gemm.packedLength(shape.outputs(), shape.inputs()) : 0);
    }

    /** {@code dx += dy w, dw += dy^T x, db += column sums of dy}; each is skipped if null. */
    public static void backward(Parallel parallel, float @Nullable [] dx, float @Nullable [] dw,
            float @Nullable [] db, float[] dy, float[] x, float[] w, float[] work, LinearShape shape) {
        int rows = shape.rows();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        WeightGradient gradient = new WeightGradient(shape, parallel.threads());
        int weightAt = Lanes.FIRST + gradient.work();
        parallel.run(shape.products(), (part, parts) -> {
            if (dx != null) {
                int panels = Gemm.panels(inputs);
                int panel = Parallel.from(part, parts, panels);
                Gemm.pack(work, weightAt + panel * outputs * Gemm.PANEL, w, 0, inputs, outputs, inputs, panel,
                        Parallel.from(part + 1, parts, panels));
            }
            parallel.meet(part, parts);
            if (dx != null) {
                int from = Parallel.from(part, parts, rows);
                Gemm.multiply(dx, from * inputs, inputs, dx, from * inputs, inputs, dy, from * outputs, outputs, work,
                        weightAt, Parallel.from(part + 1, parts, rows) - from, outputs, inputs);
            }
            if (dw != null) {
                gradient.add(dw, work, Lanes.FIRST, dy, x, part, parts);
            }
            if (db != null) {
                int output = Parallel.from(part, parts, outputs);
                Shards.addRows(db, output, dy, output, outputs, rows,
                        Parallel.from(part + 1, parts, outputs) - output);
            }
        });
    }
}
