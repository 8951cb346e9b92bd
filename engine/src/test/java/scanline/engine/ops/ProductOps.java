package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;
import static scanline.engine.tensor.Numbers.AWKWARD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import scanline.engine.geometry.FeedForwardWeights;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Tensor;

/** Along rows. */
final class ProductOps {
    private ProductOps() {}

    static List<Op> all() {
        return List.of(linear(), matmul(), layerNorm(), feedForward());
    }

    private static Op linear() {
        Formula biased = pass -> Products.linear(pass.of("x"), pass.of("w"), pass.of("b"));
        Formula plain = pass -> Products.linear(pass.of("x"), pass.of("w"), null);
        List<Sample> samples = new ArrayList<>(List.of(
                small("F.linear(x, w, b)", biased, linear(3, 5, 7)),
                small("F.linear(x, w, b)", biased, linear(1, 1, 1)),
                small("F.linear(x, w, b)", biased, linear(5, 17, 2)),
                small("F.linear(x, w)", plain, Input.of("x", 2, 3, 5), Input.of("w", 4, 5))));
        for (int i = 0; i < AWKWARD.length; i++) {
            for (int j = 0; j < AWKWARD.length; j++) {
                // Every pair of rows and inputs, and every pair of inputs and outputs, occurs.
                samples.add(awkward(biased, linear(1, AWKWARD[i], AWKWARD[j], AWKWARD[(i + j) % AWKWARD.length])));
            }
            samples.add(awkward(plain, Input.of("x", AWKWARD[i], 17), Input.of("w", 33, 17)));
        }
        samples.add(awkward(biased, linear(1, 700, 130, 10)));
        samples.add(awkward(biased, linear(1, 3, 1000, 260)));
        return Op.of("Products.linear", Tolerances.of(0, 0), "linearGradient", 3, samples);
    }

    /** The sizes of x, and the outputs. */
    private static Input[] linear(int... n) {
        int outputs = n[n.length - 1];
        int inputs = n[n.length - 2];
        int[] sizes = Arrays.copyOf(n, n.length - 1);
        return new Input[] {Input.of("x", sizes), Input.of("w", outputs, inputs), Input.of("b", outputs)};
    }

    /** Of matrices, and of batches of them: [batch,] rows, depth and columns. */
    private static Op matmul() {
        Formula formula = pass -> pass.of("x").matmul(pass.of("y"));
        List<Sample> samples = new ArrayList<>();
        for (int[] n : new int[][] {{3, 5, 4}, {1, 4, 1}, {2, 17, 3}, {1, 3, 2, 4}, {3, 2, 5, 3}}) {
            samples.add(small("x @ y", formula, matrices(n)));
        }
        samples.add(small("x @ x", pass -> pass.of("x").matmul(pass.of("x")), Input.of("x", 4, 4))
                .in("with itself"));
        for (int i = 0; i < AWKWARD.length; i++) {
            for (int j = 0; j < AWKWARD.length; j++) {
                // Every pair of rows and depth, and every pair of depth and columns, occurs.
                samples.add(awkward(formula, matrices(AWKWARD[i], AWKWARD[j], AWKWARD[(i + j) % AWKWARD.length])));
            }
            samples.add(awkward(formula, matrices(5, AWKWARD[i], AWKWARD[(3 * i + 5) % AWKWARD.length],
                    AWKWARD[(5 * i + 2) % AWKWARD.length])));
        }
        samples.add(awkward(formula, matrices(130, 700, 10)));
        samples.add(awkward(formula, matrices(3, 1000, 260)));
        samples.add(awkward(formula, matrices(33, 17, 31, 40)));
        samples.add(awkward(pass -> pass.of("x").matmul(pass.of("x")), Input.of("x", 129, 129))
                .in("with itself"));
        return Op.of("Products.matmul", Tolerances.of(0, 0), "matmulGradient", 2, samples);
    }

    private static Input[] matrices(int... n) {
        int last = n.length - 1;
        int[] left = Arrays.copyOf(n, last);
        int[] right = left.clone();
        right[last - 2] = n[last - 1];
        right[last - 1] = n[last];
        return new Input[] {Input.of("x", left), Input.of("y", right)};
    }

    private static Op layerNorm() {
        List<Sample> samples = new ArrayList<>();
        Formula formula = pass -> Normalization.layer(pass.of("x"), pass.of("gamma"), pass.of("beta"), 0.1f);
        for (int[] n : new int[][] {{3, 2, 17}, {100, 3}, {1, 7}}) {
            samples.add(small("F.layer_norm(x, x.shape[-1:], gamma, beta, 0.1)", formula, rows(n)));
        }
        Formula usual = pass -> Normalization.layer(pass.of("x"), pass.of("gamma"), pass.of("beta"), 1e-5f);
        for (int i = 0; i < AWKWARD.length; i++) {
            samples.add(awkward(usual, rows(AWKWARD[i], 1, AWKWARD[(3 * i + 5) % AWKWARD.length])));
            samples.add(awkward(usual, rows(AWKWARD[i], 1, 1, AWKWARD[(5 * i + 2) % AWKWARD.length])));
        }
        samples.add(awkward(usual, rows(1025, 64)));
        samples.add(awkward(usual, rows(511, 100)));
        return Op.of("Normalization.layer", Tolerances.of(new Tolerance(5e-6, 1e-30), new Tolerance(5e-6, 1)),
                "layerNormGradient", 3, samples);
    }

    private static Input[] rows(int... sizes) {
        int n = sizes[sizes.length - 1];
        return new Input[] {Input.of("x", Draw.within(2), sizes), Input.of("gamma", n), Input.of("beta", n)};
    }

    private static Op feedForward() {
        List<Sample> samples = new ArrayList<>();
        for (Nonlinearity f : Nonlinearity.values()) {
            for (float dropout : new float[] {0f, 0.3f}) {
                Formula fused = pass -> Products.feedForward(pass.of("x"), layers(pass), f, dropout);
                Formula composed = pass -> Products.composedFeedForward(pass.of("x"), layers(pass), f, dropout);
                String mode = f + ", dropout " + dropout;
                // So few sums that none is near 0, where a ReLU has no slope to compare with.
                for (int[] n : new int[][] {{2, 5, 3}, {1, 1, 1}, {3, 2, 1}}) {
                    String torch = "F.linear(F." + f.name().toLowerCase(Locale.ROOT) + "(F.linear(x, w1, b1)) * "
                            + Torch.kept(dropout, n[0] * n[2]) + ".reshape(" + n[0] + ", " + n[2] + "), w2, b2)";
                    samples.add(small(torch, fused, feedForward(n)).as(composed).in(mode));
                }
                for (int[] n : new int[][] {{2, 3, 5}, {95, 7, 13}, {97, 64, 128}, {200, 17, 65}, {1000, 33, 31},
                        {769, 15, 100}}) {
                    samples.add(awkward(fused, feedForward(n)).as(composed).in(mode));
                }
            }
        }
        return new Op("Products.feedForward", "Products.composedFeedForward", Tolerances.of(2e-6, 5e-6),
                List.of(new Backward("feedForwardGradient", 2)), samples);
    }

    /** Rows, features, hidden. */
    private static Input[] feedForward(int... n) {
        return new Input[] {Input.of("x", n[0], n[1]), Input.of("w1", n[2], n[1]), Input.of("b1", n[2]),
                Input.of("w2", n[1], n[2]), Input.of("b2", n[1])};
    }

    private static FeedForwardWeights<Tensor> layers(Trial.Pass pass) {
        return new FeedForwardWeights<>(pass.of("w1"), pass.of("b1"), pass.of("w2"), pass.of("b2"));
    }
}
