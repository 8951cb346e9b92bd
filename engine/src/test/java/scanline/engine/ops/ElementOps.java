package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;
import static scanline.engine.tensor.Numbers.AWKWARD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Activation;
import scanline.engine.tensor.Arithmetic;
import scanline.engine.tensor.Noise;
import scanline.engine.tensor.Tensor;

/** Element by element. */
final class ElementOps {
    // Large enough for the work to be divided over threads, and no multiple of anything.
    private static final int DIVIDED = 50_021;
    /** Steps, batch and features around the widths of vectors. */
    static final int[][] SEQUENCES = {{1, 17, 1}, {7, 1, 15}, {17, 3, 16}, {2, 33, 31}, {33, 2, 7}, {3, 65, 100},
            {129, 2, 129}};

    private static final Tolerances SAME = Tolerances.of(0, 0);
    // Four units of the largest result, where one twin uses a fused multiply-add, or a polynomial of our own.
    private static final Tolerances NEAR = Tolerances.of(5e-7, 5e-7);
    // A slope such as y (1 - y) is a difference of numbers of up to 1, which are rounded.
    private static final Tolerances SLOPES = Tolerances.of(NEAR.values(), new Tolerance(5e-7, 1));

    private ElementOps() {}

    static List<Op> all() {
        return List.of(
                binary("add", Arithmetic::add, "x + y", SAME, "accumulate"),
                binary("subtract", Arithmetic::subtract, "x - y", SAME, "subtractGradient"),
                binary("multiply", Arithmetic::multiply, "x * y", Tolerances.of(0, 5e-7), "multiplyGradient"),
                unary("Arithmetic.scale", x -> Arithmetic.scale(x, -1.7f), "x * -1.7", Draw.within(1), SAME,
                        "accumulate"),
                unary("Activation.sigmoid", Activation::sigmoid, "torch.sigmoid(x)", Draw.within(4),
                        SLOPES, "sigmoidGradient"),
                unary("Activation.tanh", Activation::tanh, "torch.tanh(x)", Draw.within(4), SLOPES,
                        "tanhGradient"),
                unary("Activation.relu", Activation::relu, "torch.relu(x)", Draw.APART, SAME, "reluGradient"),
                unary("Activation.gelu", Activation::gelu, "F.gelu(x)", Draw.within(4), NEAR, "geluGradient"),
                dropout(), addToExamples(), meanOverSteps());
    }

    private static Op unary(String name, UnaryOperator<Tensor> op, String torch, Draw draw, Tolerances tolerances,
            String operation) {
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1}, {17}, {3, 13}, {3, 2, 5}}) {
            samples.add(small(torch, pass -> op.apply(pass.of("x")), Input.of("x", draw, sizes)));
        }
        for (int n : lengths()) {
            samples.add(awkward(pass -> op.apply(pass.of("x")), Input.of("x", draw, n, 1)));
        }
        for (int n : new int[] {3, 16, 17, 129}) {
            samples.add(awkward(pass -> op.apply(pass.of("x")), Input.of("x", Draw.LARGE, n, 1)).in("large"));
        }
        return Op.of(name, tolerances, operation, 1, samples);
    }

    private static Op binary(String method, BinaryOperator<Tensor> op, String torch, Tolerances tolerances,
            String operation) {
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1}, {33}, {3, 5}}) {
            samples.add(small(torch, pass -> op.apply(pass.of("x"), pass.of("y")), Input.of("x", sizes),
                    Input.of("y", sizes)));
        }
        samples.add(small(torch.replace("y", "x"), pass -> op.apply(pass.of("x"), pass.of("x")), Input.of("x", 17))
                .in("with itself"));
        for (int n : lengths()) {
            samples.add(awkward(pass -> op.apply(pass.of("x"), pass.of("y")), Input.of("x", n, 1),
                    Input.of("y", n, 1)));
        }
        return Op.of("Arithmetic." + method, tolerances, operation, 1, samples);
    }

    private static int[] lengths() {
        int[] lengths = Arrays.copyOf(AWKWARD, AWKWARD.length + 1);
        lengths[AWKWARD.length] = DIVIDED;
        return lengths;
    }

    private static Op dropout() {
        List<Sample> samples = new ArrayList<>();
        for (float rate : new float[] {0.3f, 0.9f}) {
            Formula formula = pass -> Noise.dropout(pass.of("x"), rate);
            for (int[] sizes : new int[][] {{1}, {17}, {5, 7}}) {
                int n = sizes.length == 1 ? sizes[0] : sizes[0] * sizes[1];
                samples.add(small("x * " + Torch.kept(rate, n) + ".reshape(x.shape)", formula, Input.of("x", sizes))
                        .in("rate " + rate));
            }
            for (int n : lengths()) {
                samples.add(awkward(formula, Input.of("x", n, 1)).in("rate " + rate));
            }
        }
        return Op.of("Noise.dropout", NEAR, "dropoutGradient", 1, samples);
    }

    private static Op addToExamples() {
        Formula formula = pass -> Arithmetic.addToExamples(pass.of("x"), pass.of("p"));
        List<Sample> samples = new ArrayList<>();
        for (int[] n : new int[][] {{1, 1, 1}, {3, 2, 5}, {2, 17, 3}}) {
            samples.add(small("x + p[:, None]", formula, Input.of("x", n), Input.of("p", n[0], n[2])));
        }
        for (int[] n : SEQUENCES) {
            samples.add(awkward(formula, Input.of("x", n), Input.of("p", n[0], n[2])));
        }
        return Op.of("Arithmetic.addToExamples", SAME, "accumulate", 1, samples);
    }

    private static Op meanOverSteps() {
        Formula formula = pass -> Arithmetic.meanOverSteps(pass.of("x"));
        List<Sample> samples = new ArrayList<>();
        for (int[] n : new int[][] {{1, 1, 1}, {5, 2, 3}, {2, 3, 17}}) {
            samples.add(small("x.mean(0)", formula, Input.of("x", n)));
        }
        for (int[] n : SEQUENCES) {
            samples.add(awkward(formula, Input.of("x", n)));
        }
        // An error in accumulate would be in the value as well.
        return new Op("Arithmetic.meanOverSteps", "", SAME, List.of(), samples);
    }
}
