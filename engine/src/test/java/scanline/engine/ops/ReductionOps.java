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
import scanline.engine.tensor.Tensor;

/** Over all elements, or along an axis. */
final class ReductionOps {
    // Sums that several blocks are added to, and that are divided over threads: of one axis, its rows, and its columns.
    private static final int[][] LONG = {{100_003}, {3, 12_289}, {4097, 17}, {9000, 1, 5}, {2, 8193, 3}};
    private static final int[][] SMALL = {{1}, {17}, {3, 5}, {2, 3, 5}, {3, 1, 2, 4}};
    // A sum may cancel. Measured: below 1.2e-6.
    private static final Tolerance SUMS = new Tolerance(2e-6, 1);
    private static final Tolerance SAME = new Tolerance(0, 0);

    private ReductionOps() {}

    /** An op along an axis. */
    private interface Along {
        Tensor of(Tensor x, int axis);
    }

    static List<Op> all() {
        return List.of(sums("sum", Tensor::sum, Tensor::sum), sums("mean", Tensor::mean, Tensor::mean),
                max());
    }

    private interface OfAll {
        Tensor of(Tensor x);
    }

    private static Op sums(String method, OfAll all, Along along) {
        Formula ofAll = pass -> all.of(pass.of("x"));
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : SMALL) {
            samples.add(small("x." + method + "()", ofAll, Input.of("x", sizes)).in("all"));
        }
        for (int n : AWKWARD) {
            samples.add(awkward(ofAll, Input.of("x", n, 1)).in("all"));
        }
        for (int[] sizes : LONG) {
            samples.add(awkward(ofAll, Input.of("x", sizes)).in("all"));
        }
        samples.addAll(alongEveryAxis(method, along, Draw.within(1)));
        return new Op("Reductions." + method, "", Tolerances.of(SUMS, SAME), List.of(new Backward("sumGradient", 1)),
                samples);
    }

    private static Op max() {
        List<Sample> samples = alongEveryAxis("amax", Tensor::max, Draw.APART);
        // Many equal ones; PyTorch does not promise which it finds.
        for (int i = 0; i < AWKWARD.length; i++) {
            int[] sizes = {AWKWARD[i], AWKWARD[(5 * i + 3) % AWKWARD.length], 2};
            for (int axis = 0; axis < 3; axis++) {
                int along = axis;
                samples.add(awkward(pass -> pass.of("x").max(along), Input.of("x", Draw.COARSE, sizes))
                        .in("equal ones, axis " + axis));
            }
        }
        return new Op("Reductions.max", "", Tolerances.of(SAME, SAME), List.of(new Backward("maxGradient", 1)),
                samples);
    }

    private static List<Sample> alongEveryAxis(String torch, Along op, Draw draw) {
        List<Sample> samples = new ArrayList<>();
        for (int[] sizes : SMALL) {
            for (int axis = -1; axis < sizes.length; axis++) {
                int along = axis;
                samples.add(small("x." + torch + "(" + axis + ")", pass -> op.of(pass.of("x"), along),
                        Input.of("x", draw, sizes)).in("axis " + axis));
            }
        }
        List<int[]> awkward = new ArrayList<>(List.of(LONG));
        for (int i = 0; i < AWKWARD.length; i++) {
            awkward.add(new int[] {AWKWARD[i], AWKWARD[(3 * i + 5) % AWKWARD.length], AWKWARD[(5 * i + 2) % 7]});
        }
        for (int[] sizes : awkward) {
            for (int axis = 0; axis < sizes.length; axis++) {
                int along = axis;
                samples.add(awkward(pass -> op.of(pass.of("x"), along), Input.of("x", draw, sizes))
                        .in("axis " + axis));
            }
        }
        return samples;
    }
}
