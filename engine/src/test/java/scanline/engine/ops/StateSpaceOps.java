package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.StateSpaces;
import scanline.engine.tensor.StateSpaces.S4dWeights;

/** Linear state spaces. Sizes are T, B, H and M. */
final class StateSpaceOps {
    private static final int[][] SMALL = {{5, 2, 3, 2}, {1, 1, 1, 1}, {3, 1, 17, 1}, {7, 3, 2, 5}};
    private static final int[][] AWKWARD = {{1, 3, 5, 7}, {2, 1, 15, 3}, {13, 2, 16, 4}, {17, 3, 17, 5}, {5, 2, 33, 8},
            {3, 7, 31, 2}, {4, 1, 65, 3}, {2, 5, 129, 1},
            // Several chunks of steps, several shards of sequences, and sizes that occupy several threads.
            {130, 2, 3, 1}, {257, 1, 17, 3}, {2, 17, 3, 2}, {31, 20, 40, 9}, {65, 1, 100, 16}};

    private StateSpaceOps() {}

    static List<Op> all() {
        Formula fused = pass -> StateSpaces.s4d(pass.of("x"), weights(pass));
        Formula composed = pass -> StateSpaces.composed(pass.of("x"), weights(pass));
        List<Sample> samples = new ArrayList<>();
        for (int[] n : SMALL) {
            samples.add(small("s4d(x, log_dt, log_A_real, A_imag, C, D)", fused, inputs(n)).as(composed));
        }
        for (int[] n : AWKWARD) {
            samples.add(awkward(fused, inputs(n)).as(composed));
        }
        return List.of(new Op("StateSpaces.s4d", "StateSpaces.composed",
                Tolerances.of(new Tolerance(5e-6, 0.1), new Tolerance(2e-5, 1e-6)),
                List.of(new Backward("s4dGradient", 6)), samples));
    }

    /** Modes that turn by up to one radian per step, as central differences need. */
    private static Input[] inputs(int... n) {
        int channels = n[2];
        int modes = n[3];
        return new Input[] {Input.of("x", n[0], n[1], channels), Input.of("log_dt", between(-2.5f, -1), channels),
                Input.of("log_A_real", between(-1, 0.5f), channels, modes),
                Input.of("A_imag", between(0, 3), channels, modes), Input.of("C", channels, modes, 2),
                Input.of("D", channels)};
    }

    private static Draw between(float low, float high) {
        return (values, key) -> key.uniform(values, 0, values.length, low, high);
    }

    private static S4dWeights weights(Trial.Pass pass) {
        return new S4dWeights(pass.of("log_dt"), pass.of("log_A_real"), pass.of("A_imag"), pass.of("C"), pass.of("D"));
    }
}
