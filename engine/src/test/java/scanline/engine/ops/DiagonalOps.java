package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalWeights;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.DiagonalRecurrence;
import scanline.engine.tensor.DiagonalRecurrence.DiagonalParameters;

/** Diagonal linear recurrences. Sizes are T, B, H and N. */
final class DiagonalOps {
    private static final int[][] SMALL = {{3, 3, 4, 2}, {1, 1, 1, 1}, {3, 2, 3, 5}};
    private static final int[][] AWKWARD = {{1, 1, 1, 1}, {2, 3, 5, 7}, {7, 5, 3, 16}, {3, 17, 31, 33},
            {2, 9, 129, 65}, {4, 3, 17, 100}, {5, 8, 15, 31}, {1, 13, 65, 2},
            // Few sequences: several blocks, with segments that are empty or shorter.
            {230, 4, 2, 3}, {120, 1, 3, 5}, {130, 7, 3, 17}, {9, 2, 5, 40},
            // Many sequences: several chunks, and several groups in a shard.
            {130, 9, 3, 17}, {19, 50, 7, 9}, {3, 300, 5, 33}};

    private DiagonalOps() {}

    static List<Op> all() {
        List<Sample> samples = new ArrayList<>();
        for (DiagonalKind kind : DiagonalKind.values()) {
            Formula fused = pass -> DiagonalRecurrence.diagonal(pass.of("u"), parameters(kind, pass));
            Formula composed = pass -> DiagonalRecurrence.composed(pass.of("u"), parameters(kind, pass));
            String torch = "diagonal('" + kind + "', u, a, w, s, b_re, b_im, c_re, c_im, d)";
            for (int[] n : SMALL) {
                samples.add(small(torch, fused, inputs(kind, n)).as(composed).in(kind.toString()));
            }
            for (int[] n : AWKWARD) {
                samples.add(awkward(fused, inputs(kind, n)).as(composed).in(kind + ", twins"));
            }
        }
        return List.of(new Op("DiagonalRecurrence.diagonal", "DiagonalRecurrence.composed",
                Tolerances.of(new Tolerance(2e-6, 0.1), new Tolerance(1e-5, 1e-6)),
                List.of(new Backward("diagonalGradient", 9)), samples));
    }

    private static Input[] inputs(DiagonalKind kind, int... n) {
        boolean lru = kind == DiagonalKind.LRU;
        // Half of the numbers that can be clipped are.
        Draw decay = lru ? between(-1.5f, 0) : kind == DiagonalKind.S5 ? between(-1, -0.05f) : between(-0.5f, 0.5f);
        return new Input[] {Input.of("u", n[0], n[1], n[2]), Input.of("a", decay, n[3]),
                Input.of("w", lru ? between(-2, -0.3f) : between(-1.5f, 1.5f), n[3]),
                Input.of("s", lru ? between(-1, 0) : between(-2, 0), n[3]), Input.of("b_re", n[3], n[2]),
                Input.of("b_im", n[3], n[2]), Input.of("c_re", n[2], n[3]), Input.of("c_im", n[2], n[3]),
                Input.of("d", n[2])};
    }

    private static Draw between(float low, float high) {
        return (values, key) -> key.uniform(values, 0, values.length, low, high);
    }

    private static DiagonalParameters parameters(DiagonalKind kind, Trial.Pass pass) {
        return new DiagonalParameters(kind, new DiagonalWeights<>(pass.of("a"), pass.of("w"), pass.of("s"),
                pass.of("b_re"), pass.of("b_im"), pass.of("c_re"), pass.of("c_im"), pass.of("d")));
    }
}
