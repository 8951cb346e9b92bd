package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
                        pass -> Shaping.step(pass.of("x"), n[0] - 1), Input.of("x", n))),
                sequence("Shaping.columns", n -> sample("x[..., " + n[2] / 3 + ":]",
                        pass -> Shaping.columns(pass.of("x"), n[2] / 3, n[2]), Input.of("x", n))),
                sequence("Shaping.stack", n -> sample("torch.stack([x, y, x])",
                        pass -> Shaping.stack(List.of(pass.of("x"), pass.of("y"), pass.of("x"))),
                        Input.of("x", n[0] * n[1], n[2]), Input.of("y", n[0] * n[1], n[2]))),
                sequence("Shaping.reverse", n -> sample("x.flip(0)", pass -> Shaping.reverse(pass.of("x")),
                        Input.of("x", n))),
                sequence("Shaping.concat", n -> sample("torch.cat([x, y], -1)",
                        pass -> Shaping.concat(pass.of("x"), pass.of("y")), Input.of("x", n),
                        Input.of("y", n[0], n[1], n[2] + 2))),
                sequence("Shaping.swap", n -> sample("x.transpose(0, 1)", pass -> Shaping.swap(pass.of("x")),
                        Input.of("x", n))),
                sequence("Shaping.transpose", n -> sample("x.T", pass -> Shaping.transpose(pass.of("x")),
                        Input.of("x", n[0] * n[1], n[2]))),
                sequence("Shaping.rows", n -> sample("x[" + n[0] / 2 + ":]",
                        pass -> Shaping.rows(pass.of("x"), n[0] / 2, n[0], pass.of("x")), Input.of("x", n))),
                sequence("Shaping.append", n -> sample("torch.cat([x, y])",
                        pass -> Shaping.append(pass.of("x"), pass.of("y")), Input.of("x", n),
                        Input.of("y", n[0] + 1, n[1], n[2])),
                        small("torch.cat([x, x])", pass -> Shaping.append(pass.of("x"), pass.of("x")),
                                Input.of("x", 3, 2, 5)).in("to itself")),
                sequence("Shaping.examples", ShapingOps::examples),
                sequence("Shaping.prepend", n -> sample("torch.cat([y.expand(1, x.shape[1], -1), x])",
                        pass -> Shaping.prepend(pass.of("y"), pass.of("x")), Input.of("y", n[2]),
                        Input.of("x", n))),
                sequence("Shaping.lookUp", ShapingOps::lookUp),
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
