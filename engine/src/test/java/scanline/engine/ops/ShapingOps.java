package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;

/** Pieces, arrangements and repetitions: nothing is computed, so twins have the same bits. */
final class ShapingOps {
    private static final int[][] SEQUENCES = {{1, 1, 1}, {3, 2, 5}, {2, 1, 17}};

    private ShapingOps() {}

    static List<Op> all() {
        return List.of(
                sequence("Shaping.step", n -> sample("x[" + (n[0] - 1) + "]",
                        pass -> pass.of("x").step(n[0] - 1), Input.of("x", n))),
                sequence("Shaping.columns", n -> sample("x[..., " + n[2] / 3 + ":]",
                        pass -> pass.of("x").columns(n[2] / 3, n[2]), Input.of("x", n))),
                sequence("Shaping.stack", n -> sample("torch.stack([x, y, x])",
                        pass -> Shaping.stack(List.of(pass.of("x"), pass.of("y"), pass.of("x"))),
                        Input.of("x", n[0] * n[1], n[2]), Input.of("y", n[0] * n[1], n[2]))),
                sequence("Shaping.reverse", n -> sample("x.flip(0)", pass -> Shaping.reverse(pass.of("x")),
                        Input.of("x", n))),
                sequence("Shaping.concat", n -> sample("torch.cat([x, y], -1)",
                        pass -> Shaping.concat(pass.of("x"), pass.of("y")), Input.of("x", n),
                        Input.of("y", n[0], n[1], n[2] + 2)), concatenations()),
                sequence("Shaping.slice", n -> sample("x[:, " + n[1] / 2 + ":]",
                        pass -> pass.of("x").slice(1, n[1] / 2, n[1]), Input.of("x", n)), slices()),
                sequence("Shaping.reshape", n -> sample("x.reshape(" + n[2] + ", -1)",
                        pass -> pass.of("x").reshape(Shape.of(n[2], n[0] * n[1])), Input.of("x", n)),
                        small("x.reshape(3, 2) @ x.reshape(2, 3)",
                                pass -> pass.of("x").reshape(Shape.of(3, 2))
                                        .matmul(pass.of("x").reshape(Shape.of(2, 3))),
                                Input.of("x", 6)).in("twice")),
                expand(),
                sequence("Shaping.swap", n -> sample("x.transpose(0, 1)", pass -> Shaping.swap(pass.of("x")),
                        Input.of("x", n))),
                restingOn("transposeGradient",
                        sequence("Shaping.transpose", n -> sample("x.T", pass -> pass.of("x").transposed(),
                                Input.of("x", n[0] * n[1], n[2])))),
                sequence("Shaping.rows", n -> sample("x[" + n[0] / 2 + ":]",
                        pass -> Shaping.rows(pass.of("x"), n[0] / 2, n[0], pass.of("x")), Input.of("x", n))),
                sequence("Shaping.append", n -> sample("torch.cat([x, y])",
                        pass -> Shaping.append(pass.of("x"), pass.of("y")), Input.of("x", n),
                        Input.of("y", n[0] + 1, n[1], n[2])),
                        small("torch.cat([x, x])", pass -> Shaping.append(pass.of("x"), pass.of("x")),
                                Input.of("x", 3, 2, 5)).in("to itself")),
                restingOn("lookUpGradient", sequence("Shaping.examples", ShapingOps::examples)),
                sequence("Shaping.prepend", n -> sample("torch.cat([y.expand(1, x.shape[1], -1), x])",
                        pass -> Shaping.prepend(pass.of("y"), pass.of("x")), Input.of("y", n[2]),
                        Input.of("x", n))),
                restingOn("lookUpGradient", sequence("Shaping.lookUp", ShapingOps::lookUp)),
                sequence("Shaping.repeat", n -> sample("x.expand(" + n[1] + ", -1)",
                        pass -> Shaping.repeat(pass.of("x"), n[1], pass.of("x")), Input.of("x", n[0] * n[2]))
                        .in(n[1] + " times")),
                sequence("Images.ofRows", n -> sample("x.transpose(0, 1)[..., None]",
                        pass -> Images.ofRows(pass.of("x")), Input.of("x", n))),
                Op.of("Images.flatten", Tolerances.of(0, 0), "transposeGradient", 1, flatten()));
    }

    private static Op sequence(String name, Function<int[], Sample> of, Sample... others) {
        List<Sample> samples = new ArrayList<>(List.of(others));
        for (int[] sizes : SEQUENCES) {
            samples.add(of.apply(sizes));
        }
        for (int[] sizes : ElementOps.SEQUENCES) {
            Sample sample = of.apply(sizes);
            samples.add(new Sample(sample.mode(), "", sample.formula(), sample.formula(), sample.inputs()));
        }
        return Op.of(name, Tolerances.of(0, 0), "accumulate", 1, samples);
    }

    /** An op whose gradient rests on another duty than that of most. */
    private static Op restingOn(String operation, Op op) {
        return new Op(op.name(), op.composed(), op.tolerances(), List.of(new Op.Backward(operation, 1)), op.samples());
    }

    /** Of three tensors, along the first and the middle axis, and of a tensor with itself. */
    private static Sample[] concatenations() {
        Formula first = pass -> Shaping.concat(List.of(pass.of("x"), pass.of("y"), pass.of("z")), 0);
        Formula middle = pass -> Shaping.concat(List.of(pass.of("x"), pass.of("y"), pass.of("z")), -2);
        return new Sample[] {
                small("torch.cat([x, y, z])", first, Input.of("x", 2, 3), Input.of("y", 1, 3), Input.of("z", 4, 3))
                        .in("axis 0"),
                small("torch.cat([x, y, z], -2)", middle, Input.of("x", 2, 2, 3), Input.of("y", 2, 1, 3),
                        Input.of("z", 2, 5, 3)).in("axis -2"),
                small("torch.cat([x, x], 1)", pass -> Shaping.concat(List.of(pass.of("x"), pass.of("x")), 1),
                        Input.of("x", 2, 3, 4)).in("with itself"),
                small("torch.cat([x])", pass -> Shaping.concat(List.of(pass.of("x")), 0), Input.of("x", 7))
                        .in("alone"),
                awkward(middle, Input.of("x", 17, 33, 31), Input.of("y", 17, 1, 31), Input.of("z", 17, 100, 31))
                        .in("axis -2")};
    }

    private static Sample[] slices() {
        return new Sample[] {
                small("x[1:3]", pass -> pass.of("x").slice(0, 1, 3), Input.of("x", 4, 3)).in("first axis"),
                small("x[..., :2]", pass -> pass.of("x").slice(-1, 0, 2), Input.of("x", 4, 3))
                        .in("last axis"),
                small("x[2:5]", pass -> pass.of("x").slice(0, 2, 5), Input.of("x", 9)).in("vector")};
    }

    private static Op expand() {
        List<Sample> samples = new ArrayList<>();
        for (int[][] sizes : new int[][][] {{{1}, {17}}, {{1}, {1, 1}}, {{5}, {3, 2, 5}},
                {{2, 1}, {3, 2, 5}}, {{3, 1, 1, 5}, {3, 2, 4, 5}}, {{1, 3, 1}, {2, 3, 4}}, {{3, 1, 1}, {3, 1, 4}},
                {{1, 2, 1, 3, 1}, {2, 2, 3, 3, 2}}}) {
            samples.add(small("x.expand(" + Arrays.toString(sizes[1]) + ")",
                    pass -> Shaping.expand(pass.of("x"), Shape.of(sizes[1])), Input.of("x", sizes[0]))
                    .in("to " + Shape.of(sizes[1])));
        }
        for (int[] n : ElementOps.SEQUENCES) {
            Shape to = Shape.of(n[0], n[1], n[2], 9);
            samples.add(awkward(pass -> Shaping.expand(pass.of("x"), to), Input.of("x", n[0], 1, n[2], 1))
                    .in("to " + to));
        }
        for (int[][] sizes : new int[][][] {{{1}, {100_003}}, {{9001, 1}, {9001, 5}}, {{7}, {9001, 7}}}) {
            samples.add(awkward(pass -> Shaping.expand(pass.of("x"), Shape.of(sizes[1])), Input.of("x", sizes[0]))
                    .in("to " + Shape.of(sizes[1])));
        }
        // A sum may cancel.
        return Op.of("Shaping.expand", Tolerances.of(new Tolerance(0, 0), new Tolerance(2e-6, 1)), "repeatGradient", 1,
                samples);
    }

    private static Sample sample(String torch, Formula formula, Input... inputs) {
        return small(torch, formula, inputs);
    }

    /** The last example, the first, and the last again. */
    private static Sample examples(int[] n) {
        int[] numbers = {n[1] - 1, 0, n[1] - 1};
        return small("x[:, " + Torch.tensor(numbers) + "]", pass -> Shaping.examples(pass.of("x"), numbers),
                Input.of("x", n));
    }

    /** The last row twice, and the first. */
    private static Sample lookUp(int[] n) {
        int last = n[0] * n[1] - 1;
        int[] numbers = {last, 0, last, last / 2};
        return small("x[" + Torch.tensor(numbers) + "].reshape(2, 2, -1)",
                pass -> Shaping.lookUp(pass.of("x"), numbers, Shape.of(2, 2), pass.of("x")),
                Input.of("x", n[0] * n[1], n[2]));
    }

    private static List<Sample> flatten() {
        Formula formula = pass -> Images.flatten(pass.of("x"));
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : new int[][] {{1, 1, 1, 1}, {2, 3, 2, 5}, {1, 2, 2, 17}}) {
            samples.add(small("x.permute(0, 3, 1, 2).flatten(1)", formula, Input.of("x", sizes)));
        }
        for (int[] sizes : new int[][] {{3, 1, 7, 5}, {2, 7, 7, 64}, {33, 6, 5, 65}}) {
            samples.add(awkward(formula, Input.of("x", sizes)));
        }
        return samples;
    }
}
