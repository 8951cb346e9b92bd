package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;
import static scanline.engine.tensor.Numbers.AWKWARD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Gating;
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
                binary("add", Tensor::add, "x + y", Draw.within(1), "accumulate"),
                binary("subtract", Tensor::subtract, "x - y", Draw.within(1), "subtractGradient"),
                binary("multiply", Tensor::multiply, "x * y", Draw.within(1), "multiplyGradient"),
                binary("divide", Tensor::divide, "x / y", Draw.NONZERO, "divideGradient"),
                unary("Arithmetic.exp", Tensor::exp, "x.exp()", Draw.within(2), Draw.within(85),
                        NEAR, "multiplyGradient"),
                unary("Arithmetic.log", Tensor::log, "x.log()", Draw.POSITIVE, Draw.WIDE, NEAR,
                        "divideGradient"),
                unary("Arithmetic.sin", Tensor::sin, "x.sin()", Draw.within(4), Draw.within(1e9f),
                        NEAR, "multiplyGradient"),
                unary("Arithmetic.cos", Tensor::cos, "x.cos()", Draw.within(4), Draw.within(1e9f),
                        NEAR, "multiplyGradient"),
                unary("Arithmetic.sqrt", Tensor::sqrt, "x.sqrt()", Draw.POSITIVE, Draw.WIDE, SAME,
                        "sqrtGradient"),
                power(),
                unary("Arithmetic.abs", Tensor::abs, "x.abs()", Draw.APART, SAME, "absGradient"),
                unary("Arithmetic.scale", x -> x.scale(-1.7f), "x * -1.7", Draw.within(1), SAME,
                        "accumulate"),
                unary("Activation.sigmoid", Tensor::sigmoid, "torch.sigmoid(x)", Draw.within(4),
                        SLOPES, "sigmoidGradient"),
                unary("Activation.tanh", Tensor::tanh, "torch.tanh(x)", Draw.within(4), SLOPES,
                        "tanhGradient"),
                unary("Activation.relu", Tensor::relu, "torch.relu(x)", Draw.APART, SAME, "reluGradient"),
                unary("Activation.gelu", Tensor::gelu, "F.gelu(x)", Draw.within(4), NEAR, "geluGradient"),
                unary("Activation.tanhGelu", Tensor::tanhGelu, "F.gelu(x, approximate='tanh')", Draw.within(4), NEAR,
                        "tanhGeluGradient"),
                gate(), glu(), dropout(), dropoutOfSteps(), addToExamples(), meanOverSteps());
    }

    private static Op unary(String name, UnaryOperator<Tensor> op, String torch, Draw draw, Tolerances tolerances,
            String operation) {
        return unary(name, op, torch, draw, Draw.LARGE, tolerances, operation);
    }

    private static Op unary(String name, UnaryOperator<Tensor> op, String torch, Draw draw, Draw large,
            Tolerances tolerances, String operation) {
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1}, {17}, {3, 13}, {3, 2, 5}}) {
            samples.add(small(torch, pass -> op.apply(pass.of("x")), Input.of("x", draw, sizes)));
        }
        for (int n : lengths()) {
            samples.add(awkward(pass -> op.apply(pass.of("x")), Input.of("x", draw, n, 1)));
        }
        for (int n : new int[] {3, 16, 17, 129}) {
            samples.add(awkward(pass -> op.apply(pass.of("x")), Input.of("x", large, n, 1)).in("large"));
        }
        return Op.of(name, tolerances, operation, 1, samples);
    }

    /** On two tensors of the same shape, or of shapes that broadcast. */
    private static Op binary(String method, BinaryOperator<Tensor> op, String torch, Draw draw, String operation) {
        Formula formula = pass -> op.apply(pass.of("x"), pass.of("y"));
        List<Sample> samples = new ArrayList<>();
        for (int[][] sizes : new int[][][] {{{1}, {1}}, {{33}, {33}}, {{3, 5}, {3, 5}}, {{3, 2, 5}, {5}},
                {{3, 2, 5}, {2, 1}}, {{5}, {2, 3, 5}}, {{1}, {3, 5}}, {{3, 1, 5}, {2, 1}}, {{4, 1}, {3}},
                {{2, 1, 3, 1}, {1, 2, 1, 3}}, {{3}, {1, 1, 3}}}) {
            samples.add(small(torch, formula, Input.of("x", draw, sizes[0]), Input.of("y", draw, sizes[1])));
        }
        if (!method.equals("divide")) { // by itself, a tensor has no gradient
            samples.add(small(torch.replace("y", "x"), pass -> op.apply(pass.of("x"), pass.of("x")),
                    Input.of("x", 17)).in("with itself"));
        }
        for (int n : lengths()) {
            samples.add(awkward(formula, Input.of("x", draw, n, 1), Input.of("y", draw, n, 1)));
            samples.add(awkward(formula, Input.of("x", draw, 7, n), Input.of("y", draw, n)));
            samples.add(awkward(formula, Input.of("x", draw, n, 7), Input.of("y", draw, n, 1)));
            samples.add(awkward(formula, Input.of("x", draw, 1, 3), Input.of("y", draw, n, 1)));
        }
        // The gradient of a repeated tensor is a sum of up to 50,021 numbers, which may cancel. Measured: below 1.1e-6.
        Tolerance gradients = new Tolerance(3e-6, 1);
        return new Op("Arithmetic." + method, "", Tolerances.of(new Tolerance(0, 0), gradients),
                List.of(new Backward(operation, 1), new Backward("repeatGradient", 1)), samples);
    }

    private static Op power() {
        List<Sample> samples = new ArrayList<>();
        for (float exponent : new float[] {2, 3, -1, 0.5f, 1, 0, -2.5f}) {
            Formula formula = pass -> pass.of("x").power(exponent);
            String mode = "exponent " + exponent;
            Draw draw = exponent == Math.rint(exponent) ? Draw.NONZERO : Draw.POSITIVE;
            samples.add(small("x ** " + exponent, formula, Input.of("x", draw, 3, 5)).in(mode));
            for (int n : lengths()) {
                samples.add(awkward(formula, Input.of("x", draw, n, 1)).in(mode));
            }
        }
        for (float exponent : new float[] {2, 3, 65, -4}) {
            samples.add(awkward(pass -> pass.of("x").power(exponent), Input.of("x", Draw.COARSE, 40))
                    .in("whole, exponent " + exponent));
        }
        return Op.of("Arithmetic.power", NEAR, "powerGradient", 1, samples);
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

    private static Op gate() {
        Formula fused = pass -> Gating.gate(pass.of("v"), pass.of("w"));
        Formula composed = pass -> Gating.composedGate(pass.of("v"), pass.of("w"));
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1}, {17}, {3, 13}, {3, 2, 5}}) {
            samples.add(small("v * torch.sigmoid(w)", fused, Input.of("v", sizes),
                    Input.of("w", Draw.within(4), sizes)).as(composed));
        }
        samples.add(small("v * torch.sigmoid(v)", pass -> Gating.gate(pass.of("v"), pass.of("v")), Input.of("v", 17))
                .as(pass -> Gating.composedGate(pass.of("v"), pass.of("v"))).in("with itself"));
        for (int n : lengths()) {
            samples.add(awkward(fused, Input.of("v", n, 1), Input.of("w", Draw.within(4), n, 1)).as(composed));
        }
        samples.add(awkward(fused, Input.of("v", 129), Input.of("w", Draw.LARGE, 129)).as(composed).in("large"));
        return new Op("Gating.gate", "Gating.composedGate", SLOPES, List.of(new Backward("gateGradient", 2)), samples);
    }

    private static Op glu() {
        Formula fused = pass -> Gating.glu(pass.of("x"));
        Formula composed = pass -> Gating.composedGlu(pass.of("x"));
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{2}, {3, 26}, {3, 2, 10}}) {
            samples.add(small("F.glu(x)", fused, Input.of("x", Draw.within(4), sizes)).as(composed));
        }
        for (int i = 0; i < AWKWARD.length; i++) {
            samples.add(awkward(fused, Input.of("x", Draw.within(4), AWKWARD[(3 * i + 5) % AWKWARD.length],
                    2 * AWKWARD[i])).as(composed));
        }
        samples.add(awkward(fused, Input.of("x", Draw.within(4), 5, 2050)).as(composed));
        samples.add(awkward(fused, Input.of("x", Draw.within(4), 501, 202)).as(composed));
        // Slopes of up to 1 times values of up to 4.
        return new Op("Gating.glu", "Gating.composedGlu", Tolerances.of(NEAR.values(), new Tolerance(5e-7, 4)),
                List.of(new Backward("gateGradient", 1)), samples);
    }

    private static Op dropoutOfSteps() {
        List<Sample> samples = new ArrayList<>();
        for (float rate : new float[] {0.3f, 0.9f}) {
            Formula formula = pass -> Noise.dropoutOfSteps(pass.of("x"), rate);
            for (int[] n : new int[][] {{1, 1, 1}, {5, 2, 3}, {2, 3, 17}}) {
                samples.add(small("x * " + Torch.kept(rate, n[1] * n[2]) + ".reshape(x.shape[1:])", formula,
                        Input.of("x", n)).in("rate " + rate));
            }
            for (int[] n : SEQUENCES) {
                samples.add(awkward(formula, Input.of("x", n)).in("rate " + rate));
            }
            samples.add(awkward(formula, Input.of("x", 7, 50, 53)).in("rate " + rate));
        }
        return Op.of("Noise.dropoutOfSteps", NEAR, "dropoutOfStepsGradient", 1, samples);
    }

    private static Op addToExamples() {
        Formula formula = pass -> pass.of("x").addToExamples(pass.of("p"));
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
        Formula formula = pass -> pass.of("x").meanOverSteps();
        List<Sample> samples = new ArrayList<>();
        for (int[] n : new int[][] {{1, 1, 1}, {5, 2, 3}, {2, 3, 17}}) {
            samples.add(small("x.mean(0)", formula, Input.of("x", n)));
        }
        for (int[] n : SEQUENCES) {
            samples.add(awkward(formula, Input.of("x", n)));
        }
        // The sums of the twins differ in their precision.
        return Op.of("Arithmetic.meanOverSteps", Tolerances.of(new Tolerance(1e-6, 1), new Tolerance(0, 0)),
                "sumGradient", 1, samples);
    }
}
