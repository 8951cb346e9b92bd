package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;
import static scanline.engine.tensor.Numbers.AWKWARD;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Convolutions;
import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Normalization.BatchNorm;
import scanline.engine.tensor.Pooling;

/** On images, and on batches. */
final class ImageOps {
    private static final float MOMENTUM = 0.1f;

    private ImageOps() {}

    static List<Op> all() {
        return List.of(convolution(), pooling("max"), pooling("average"), batchNorm(), pooledNorm());
    }

    private static Op convolution() {
        // Batch, height, width, channels, outputs, kernel height and width, stride, padding.
        int[][] small = {{1, 1, 1, 1, 1, 1, 1, 1, 0}, {2, 4, 5, 3, 4, 3, 3, 1, 1}, {2, 5, 4, 17, 2, 2, 3, 2, 1}};
        int[][] awkward = {{2, 5, 7, 3, 5, 3, 3, 1, 1}, {17, 6, 5, 1, 33, 3, 3, 1, 1}, {33, 7, 6, 17, 7, 3, 2, 1, 0},
                {9, 8, 9, 16, 65, 2, 3, 2, 1}, {3, 9, 7, 15, 16, 5, 5, 3, 4}, {2, 13, 15, 31, 2, 1, 1, 2, 0},
                {40, 4, 4, 20, 64, 3, 3, 1, 1}, {1, 3, 2, 2, 3, 3, 4, 1, 1}, {2, 3, 3, 2, 3, 1, 1, 1, 2},
                {1, 30, 17, 18, 100, 3, 3, 1, 1}, {5, 2, 2, 63, 31, 3, 3, 1, 3}, {1, 3, 3, 1, 1, 1, 1, 2, 2},
                {2, 5, 6, 3, 2, 3, 3, 2, 4}, {2, 4, 5, 2, 3, 2, 1, 3, 5}};
        List<Sample> samples = new ArrayList<>();
        for (int[] n : small) {
            samples.add(small("nhwc(F.conv2d(nchw(x), w, b, " + n[7] + ", " + n[8] + "))", convolution(n), inputs(n))
                    .in("stride " + n[7] + ", padding " + n[8]));
        }
        for (int[] n : awkward) {
            samples.add(awkward(convolution(n), inputs(n)).in("stride " + n[7] + ", padding " + n[8]));
        }
        // The value is the same chain; the gradients add up in another order, over up to 1,122 places.
        return Op.of("Convolutions.conv2d", Tolerances.of(0, 2e-6), "convolutionGradient", 3, samples);
    }

    private static Formula convolution(int... n) {
        return pass -> Convolutions.conv2d(pass.of("x"), pass.of("w"), pass.of("b"), n[7], n[8]);
    }

    private static Input[] inputs(int... n) {
        return new Input[] {Input.of("x", n[0], n[1], n[2], n[3]), Input.of("w", n[4], n[3], n[5], n[6]),
                Input.of("b", n[4])};
    }

    private static Op pooling(String method) {
        boolean max = method.equals("max");
        // Batch, height, width, channels, size, stride.
        int[][] small = {{1, 1, 1, 1, 1, 1}, {2, 5, 5, 3, 2, 2}, {1, 4, 4, 5, 3, 1}};
        int[][] awkward = {{2, 4, 6, 3, 2, 2}, {3, 5, 7, 17, 2, 2}, {2, 7, 7, 33, 3, 2}, {2, 6, 5, 16, 3, 1},
                {64, 8, 9, 20, 2, 2}, {2, 9, 9, 5, 2, 3}};
        List<Sample> samples = new ArrayList<>();
        for (int[] n : small) {
            samples.add(small("nhwc(F." + (max ? "max" : "avg") + "_pool2d(nchw(x), " + n[4] + ", " + n[5] + "))",
                    pooling(max, n), Input.of("x", Draw.APART, n[0], n[1], n[2], n[3]))
                    .in("size " + n[4] + ", stride " + n[5]));
        }
        for (int[] n : awkward) {
            samples.add(awkward(pooling(max, n), Input.of("x", Draw.COARSE, n[0], n[1], n[2], n[3]))
                    .in("size " + n[4] + ", stride " + n[5]));
        }
        return Op.of("Pooling." + method, Tolerances.of(0, 0), method + "PoolGradient", 1, samples);
    }

    private static Formula pooling(boolean max, int... n) {
        return max
                ? pass -> Pooling.max(pass.of("x"), n[4], n[5])
                : pass -> Pooling.average(pass.of("x"), n[4], n[5]);
    }

    private static Op batchNorm() {
        List<Sample> samples = new ArrayList<>();
        for (boolean relu : new boolean[] {false, true}) {
            Formula formula = pass -> Normalization.batchNorm(pass.of("x"), norm(pass, 0.01f), relu);
            String torch = relu ? "relu_of(batch_norm(x, gamma, beta))" : "batch_norm(x, gamma, beta)";
            for (int[] n : new int[][] {{1, 4, 5, 3}, {1, 3, 1, 1}, {2, 1, 3, 7}}) {
                samples.add(small(torch, formula, norm(Draw.within(1), n)).in(relu ? "relu" : ""));
            }
            for (int i = 0; i < AWKWARD.length; i++) {
                samples.add(awkward(formula,
                        norm(Draw.FAR, 1 + AWKWARD[i], AWKWARD[((relu ? 3 : 5) * i + (relu ? 7 : 3)) % AWKWARD.length]))
                        .in(relu ? "relu" : ""));
            }
            samples.add(awkward(formula, norm(Draw.FAR, relu ? 1537 : 5000, relu ? 33 : 16)).in(relu ? "relu" : ""));
        }
        // Numbers of up to 17 have errors of 17 2^-24, which are more as a share of a deviation of 0.5, and of few numbers
        // that lie close together more again.
        return Op.of("Normalization.batchNorm", Tolerances.of(1e-5, 1e-4), "batchNormGradient", 3, samples);
    }

    private static Op pooledNorm() {
        List<Sample> samples = new ArrayList<>();
        Formula formula = pass -> Normalization.batchNormReluMaxPool(pass.of("x"), norm(pass, 1e-5f));
        Formula composed = pass -> Normalization.composed(pass.of("x"), norm(pass, 1e-5f));
        for (int[] n : new int[][] {{1, 3, 5, 3}, {2, 2, 2, 1}, {1, 4, 3, 5}}) {
            samples.add(small("pooled(batch_norm(x, gamma, beta, 1e-5))", formula, norm(Draw.within(1), n))
                    .as(composed));
        }
        for (int[] n : new int[][] {{1, 2, 2, 1}, {2, 3, 5, 3}, {3, 4, 4, 17}, {2, 7, 6, 33}, {40, 5, 5, 16},
                {64, 8, 8, 20}, {9, 2, 9, 31}}) {
            samples.add(awkward(formula, norm(Draw.within(1), n)).as(composed));
        }
        return new Op("Normalization.batchNormReluMaxPool", "Normalization.composed",
                Tolerances.of(new Tolerance(1e-6, 1e-30), new Tolerance(2e-5, 1e-30)),
                List.of(new Backward("batchNormPoolGradient", 3)), samples);
    }

    private static Input[] norm(Draw draw, int... sizes) {
        int channels = sizes[sizes.length - 1];
        return new Input[] {Input.of("x", draw, sizes), Input.of("gamma", channels), Input.of("beta", channels)};
    }

    private static BatchNorm norm(Trial.Pass pass, float epsilon) {
        int channels = pass.of("gamma").shape().size(0);
        return new BatchNorm(pass.of("gamma"), pass.of("beta"), pass.statistic("mean", channels, 0.1f),
                pass.statistic("variance", channels, 0.5f), MOMENTUM, epsilon);
    }
}
