package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerance;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.MinimalRecurrence;
import scanline.engine.tensor.Recurrence.RecurrentWeights;
import scanline.engine.tensor.Recurrence.State;
import scanline.engine.tensor.Sequences;
import scanline.engine.tensor.Sequences.Output;

/** Recurrent layers. Sizes are T, B, F and H. */
final class SequenceOps {
    // No sum is so near 0 that central differences reach over the kink of a ReLU.
    private static final int[][] SMALL = {{3, 3, 4, 2}, {1, 1, 1, 1}, {3, 1, 3, 5}};
    private static final int[][] AWKWARD = {{1, 1, 1, 1}, {2, 3, 5, 7}, {3, 2, 1, 13}, {5, 7, 13, 15}, {7, 5, 3, 16},
            {3, 17, 31, 33}, {2, 63, 7, 17}, {5, 13, 28, 31}, {2, 33, 65, 63}, {15, 16, 16, 65}, {3, 65, 2, 100},
            {1, 2, 127, 129}, {2, 1, 129, 127}, {4, 3, 17, 5},
            // Few rows, whose threads share out the units.
            {9, 3, 5, 129}, {8, 1, 2, 200},
            // Several blocks of the backward pass, several shards of the batch, and both.
            {80, 5, 3, 9}, {3, 600, 3, 5}, {2, 513, 1, 17}, {12, 100, 1, 5}, {23, 50, 3, 17}};

    private SequenceOps() {}

    static List<Op> all() {
        List<Sample> samples = new ArrayList<>();
        for (CellKind kind : CellKind.values()) {
            for (Output output : Output.values()) {
                for (boolean recompute : new boolean[] {false, true}) {
                    String mode = kind + ", " + output + (recompute ? ", recomputed" : "");
                    Formula fused = pass -> Sequences.recurrent(pass.of("x"), weights(kind, pass), state(kind, pass),
                            output, recompute);
                    Formula composed = pass -> Sequences.composed(pass.of("x"), weights(kind, pass),
                            state(kind, pass), output);
                    for (int[] n : SMALL) {
                        samples.add(small(torch(kind, output), fused, inputs(kind, n)).as(composed).in(mode));
                    }
                    for (int[] n : AWKWARD) {
                        samples.add(awkward(fused, inputs(kind, n)).as(composed).in(mode + ", twins"));
                    }
                }
            }
        }
        // The sums of the twins differ in their order; what they differ by shrinks from step to step and is not amplified.
        // Measured: below 6e-7 of the largest value, below 3e-6 of the largest gradient; states of a single unit may cancel, and
        // gradients vanish over 80 steps.
        return List.of(minimal(), new Op("Sequences.recurrent", "Sequences.composed",
                Tolerances.of(new Tolerance(2e-6, 0.1), new Tolerance(1e-5, 1e-6)),
                List.of(new Backward("recurrentGradient", 7)), samples));
    }

    private static Op minimal() {
        List<Sample> samples = new ArrayList<>();
        for (MinimalKind kind : MinimalKind.values()) {
            Formula fused = pass -> MinimalRecurrence.minimal(pass.of("sums"), kind, pass.of("h"));
            Formula composed = pass -> MinimalRecurrence.composed(pass.of("sums"), kind, pass.of("h"));
            for (int[] n : new int[][] {{3, 2, 5}, {1, 1, 1}, {4, 3, 2}}) {
                samples.add(small("minimal('" + kind + "', sums, h)", fused, minimal(Sample.Draw.APART, kind, n))
                        .as(composed).in(kind.toString()));
            }
            // With sums of exactly 0. Some have fewer rows than threads.
            for (int[] n : new int[][] {{1, 1, 1}, {2, 3, 7}, {7, 5, 16}, {3, 17, 33}, {80, 2, 9}, {9, 1, 129},
                    {5, 13, 31}, {30, 65, 63}, {60, 2, 900}}) {
                samples.add(awkward(fused, minimal(Sample.Draw.COARSE, kind, n)).as(composed).in(kind + ", twins"));
            }
        }
        return new Op("MinimalRecurrence.minimal", "MinimalRecurrence.composed",
                Tolerances.of(new Tolerance(2e-6, 0.1), new Tolerance(1e-5, 1e-6)),
                List.of(new Backward("minimalRecurrenceGradient", 2)), samples);
    }

    private static Input[] minimal(Sample.Draw draw, MinimalKind kind, int... n) {
        return new Input[] {Input.of("sums", draw, n[0], n[1], kind.blocks() * n[2]),
                Input.of("h", n[1], n[2])};
    }

    private static Cell cell(CellKind kind) {
        return new Cell(kind, kind == CellKind.LEM ? 0.31 : 1);
    }

    private static String torch(CellKind kind, Output output) {
        if (kind == CellKind.LEM) {
            return "lem(x, h, c, w_ih, w_hh, b_ih, b_hh, w_zy, b_zy, " + cell(kind).dt() + ")"
                    + (output == Output.LAST_STEP ? "[-1]" : "");
        }
        if (kind == CellKind.UR_LSTM) {
            return "ur_lstm(x, h, c, w_ih, w_hh, b_ih, b_hh, offset)" + (output == Output.LAST_STEP ? "[-1]" : "");
        }
        return "torch." + kind.name().toLowerCase(Locale.ROOT) + "(x, "
                + (kind.hasCellState() ? "(h[None], c[None])" : "h[None]")
                + ", (w_ih, w_hh, b_ih, b_hh), True, 1, 0., False, False, False)[0]"
                + (output == Output.LAST_STEP ? "[-1]" : "");
    }

    private static Input[] inputs(CellKind kind, int... n) {
        int rows = kind.gates() * n[3];
        int stateRows = kind.stateGates() * n[3];
        float bound = (float) (1 / Math.sqrt(n[3]));
        Sample.Draw draw = Sample.Draw.within(bound);
        List<Input> inputs = new ArrayList<>(List.of(Input.of("x", n[0], n[1], n[2]),
                Input.of("w_ih", draw, rows, n[2]), Input.of("w_hh", draw, stateRows, n[3]),
                Input.of("b_ih", draw, rows), Input.of("b_hh", draw, stateRows), Input.of("h", n[1], n[3])));
        if (kind.hasCellState()) {
            inputs.add(Input.of("c", n[1], n[3]));
        }
        if (kind == CellKind.LEM) {
            inputs.addAll(List.of(Input.of("w_zy", draw, n[3], n[3]), Input.of("b_zy", draw, n[3])));
        }
        if (kind == CellKind.UR_LSTM) {
            inputs.add(Input.of("offset", n[3]));
        }
        return inputs.toArray(Input[]::new);
    }

    private static RecurrentWeights weights(CellKind kind, Trial.Pass pass) {
        boolean lem = kind == CellKind.LEM;
        boolean uniform = kind == CellKind.UR_LSTM;
        return new RecurrentWeights(cell(kind), pass.of("w_ih"), pass.of("w_hh"), pass.of("b_ih"), pass.of("b_hh"),
                lem ? pass.of("w_zy") : null, lem ? pass.of("b_zy") : uniform ? pass.of("offset") : null);
    }

    private static State state(CellKind kind, Trial.Pass pass) {
        return new State(pass.of("h"), kind.hasCellState() ? pass.of("c") : null);
    }
}
