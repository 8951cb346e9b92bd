package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;
import static scanline.engine.tensor.Numbers.AWKWARD;
import static scanline.engine.tensor.Numbers.labels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Tensor;

/** From logits to losses. */
final class LossOps {
    private LossOps() {}

    static List<Op> all() {
        return List.of(softmax(), logSoftmax(), crossEntropy(), binaryCrossEntropy(),
                error("meanSquaredError", Losses::meanSquaredError, "F.mse_loss(x, y)", Draw.within(1), 1,
                        "powerGradient"),
                // The second tensor is so near 0 that no difference is near 0, where it has a kink.
                error("meanAbsoluteError", Losses::meanAbsoluteError, "F.l1_loss(x, y)", Draw.APART, 0.01f,
                        "absGradient"),
                klDivergence());
    }

    private static Op softmax() {
        Formula formula = pass -> pass.of("x").softmax();
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{3, 2, 7}, {1, 17}, {5, 1}}) {
            samples.add(small("torch.softmax(x, -1)", formula, Input.of("x", Draw.within(3), sizes)));
        }
        for (int i = 0; i < AWKWARD.length; i++) {
            samples.add(awkward(formula,
                    Input.of("x", Draw.within(3), AWKWARD[i], AWKWARD[(5 * i + 3) % AWKWARD.length])));
        }
        samples.add(awkward(formula, Input.of("x", Draw.within(3), 7145, 7)));
        for (int n : AWKWARD) {
            samples.add(awkward(formula, Input.of("x", Draw.LARGE, 4, n)).in("large"));
        }
        // Of one number alone nothing flows back, but for its rounding.
        return Op.of("Activation.softmax", Tolerances.of(new Tolerance(5e-7, 0), new Tolerance(5e-7, 0.1)),
                "softmaxGradient", 1, samples);
    }

    private static Op logSoftmax() {
        Formula formula = pass -> pass.of("x").logSoftmax();
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{3, 2, 7}, {1, 17}, {5, 1}}) {
            samples.add(small("torch.log_softmax(x, -1)", formula, Input.of("x", Draw.within(3), sizes)));
        }
        for (int i = 0; i < AWKWARD.length; i++) {
            samples.add(awkward(formula,
                    Input.of("x", Draw.within(3), AWKWARD[i], AWKWARD[(5 * i + 3) % AWKWARD.length])));
        }
        samples.add(awkward(formula, Input.of("x", Draw.within(3), 7145, 7)));
        samples.add(awkward(formula, Input.of("x", Draw.within(3), 3, 1200)));
        for (int n : AWKWARD) {
            samples.add(awkward(formula, Input.of("x", Draw.LARGE, 4, n)).in("large"));
        }
        // Of one number alone the logarithm is 0, and nothing flows back, but for its rounding.
        return Op.of("Activation.logSoftmax", Tolerances.of(new Tolerance(5e-7, 1), new Tolerance(1e-6, 1)),
                "logSoftmaxGradient", 1, samples);
    }

    /** Of two tensors. */
    private static Op error(String method, BinaryOperator<Tensor> op, String torch, Draw draw, float bound,
            String operation) {
        Draw other = Draw.within(bound);
        Formula formula = pass -> op.apply(pass.of("x"), pass.of("y"));
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1}, {17}, {2, 3}, {3, 2, 5}}) {
            samples.add(small(torch, formula, Input.of("x", draw, sizes), Input.of("y", other, sizes)));
        }
        for (int n : AWKWARD) {
            samples.add(awkward(formula, Input.of("x", draw, 3, n), Input.of("y", other, 3, n)));
        }
        samples.add(awkward(formula, Input.of("x", draw, 41, 1001), Input.of("y", other, 41, 1001)));
        return Op.of("Losses." + method, Tolerances.of(1e-6, 1e-6), operation, 1, samples);
    }

    private static Op klDivergence() {
        Formula formula = pass -> Losses.klDivergence(pass.of("x"), pass.of("y"));
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1, 5}, {3, 17}, {4, 2}}) {
            samples.add(small("F.kl_div(x.log_softmax(-1), y.log_softmax(-1), reduction='batchmean', log_target=True)",
                    formula, Input.of("x", Draw.within(2), sizes), Input.of("y", Draw.within(2), sizes)));
        }
        for (int i = 0; i < AWKWARD.length; i++) {
            int[] sizes = {AWKWARD[i], 1, AWKWARD[(5 * i + 3) % AWKWARD.length]};
            samples.add(awkward(formula, Input.of("x", Draw.within(3), sizes), Input.of("y", Draw.within(3), sizes)));
            samples.add(awkward(formula, Input.of("x", Draw.LARGE, sizes), Input.of("y", Draw.LARGE, sizes))
                    .in("large"));
        }
        // Of one class alone there is no divergence, but for its rounding.
        return new Op("Losses.klDivergence", "", Tolerances.of(new Tolerance(2e-6, 1), new Tolerance(2e-6, 1)),
                List.of(new Op.Backward("logSoftmaxGradient", 1)), samples);
    }

    private static Op crossEntropy() {
        List<Sample> samples = new ArrayList<>();
        int[] some = {2, Losses.IGNORED, 6, Losses.IGNORED, Losses.IGNORED, 1};
        for (float smoothing : new float[] {0f, 0.1f}) {
            samples.add(entropy(true, smoothing, new int[] {2, 0, 6, 2, 1}, 5, 7));
            samples.add(entropy(true, smoothing, some, 2, 3, 7));
            samples.add(entropy(true, smoothing, new int[] {16}, 1, 17));
            for (int classes : AWKWARD) {
                samples.add(awkward(crossEntropy(labels(4, classes), smoothing),
                        Input.of("x", Draw.LARGE, 4, classes)).in("large, smoothing " + smoothing));
            }
            for (int rows : AWKWARD) {
                for (int classes : AWKWARD) {
                    int[] labels = labels(rows, classes);
                    samples.add(entropy(false, smoothing, labels, rows, 1, classes).in("smoothing " + smoothing));
                    int[] fewer = labels.clone();
                    for (int row = 0; row < rows - 1; row += 3) {
                        fewer[row] = Losses.IGNORED;
                    }
                    samples.add(entropy(false, smoothing, fewer, rows, 1, classes)
                            .in("smoothing " + smoothing + ", some rows"));
                }
            }
        }
        // Of one class alone there is no loss, but for its rounding.
        return Op.of("Losses.crossEntropy", Tolerances.of(new Tolerance(1e-6, 1), new Tolerance(1e-6, 1e-30)),
                "crossEntropyGradient", 1, samples);
    }

    private static Sample entropy(boolean small, float smoothing, int[] labels, int... sizes) {
        Formula formula = crossEntropy(labels, smoothing);
        Input x = Input.of("x", Draw.within(small ? 1 : 8), sizes);
        return small
                ? small("F.cross_entropy(x.flatten(0, -2), " + Torch.tensor(labels)
                        + ", ignore_index=-1, label_smoothing="
                        + smoothing + ")", formula, x).in("smoothing " + smoothing)
                : awkward(formula, x);
    }

    private static Formula crossEntropy(int[] labels, float smoothing) {
        return pass -> Losses.crossEntropy(pass.of("x"), labels, smoothing);
    }

    private static Op binaryCrossEntropy() {
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1}, {2, 3}, {5, 1, 17}}) {
            samples.add(binary(true, Draw.within(3), sizes));
        }
        for (int n : AWKWARD) {
            samples.add(binary(false, Draw.within(3), n, 1, 1));
            samples.add(binary(false, Draw.LARGE, n, 1, 1).in("large"));
        }
        Formula soft = pass -> Losses.binaryCrossEntropy(pass.of("x"), pass.of("y"));
        for (int[] sizes : new int[][] {{1}, {2, 3}, {5, 1, 17}}) {
            samples.add(small("F.binary_cross_entropy_with_logits(x, y)", soft,
                    Input.of("x", Draw.within(3), sizes), Input.of("y", Draw.PROBABILITIES, sizes))
                    .in("probabilities"));
        }
        for (int n : AWKWARD) {
            samples.add(awkward(soft, Input.of("x", Draw.within(3), n, 2), Input.of("y", Draw.PROBABILITIES, n, 2))
                    .in("probabilities"));
            samples.add(awkward(soft, Input.of("x", Draw.LARGE, n, 2), Input.of("y", Draw.PROBABILITIES, n, 2))
                    .in("probabilities, large"));
        }
        return new Op("Losses.binaryCrossEntropy", "", Tolerances.of(1e-6, 1e-6),
                List.of(new Op.Backward("crossEntropyGradient", 1), new Op.Backward("accumulate", 1),
                        new Op.Backward("logSoftmaxGradient", 1)),
                samples);
    }

    private static Sample binary(boolean small, Draw draw, int... sizes) {
        int[] targets = labels(Arrays.stream(sizes).reduce(1, (a, b) -> a * b), 2);
        boolean[] present = new boolean[targets.length];
        for (int i = 0; i < targets.length; i++) {
            present[i] = targets[i] == 1;
        }
        Formula formula = pass -> Losses.binaryCrossEntropy(pass.of("x"), present);
        Input x = Input.of("x", draw, sizes);
        return small
                ? small("F.binary_cross_entropy_with_logits(x.flatten(), " + Torch.tensor(targets) + ".double())",
                        formula, x)
                : awkward(formula, x);
    }
}
