package scanline.engine.ops;

import static scanline.engine.ops.Sample.awkward;
import static scanline.engine.ops.Sample.small;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.Mask;
import scanline.engine.ops.Op.Backward;
import scanline.engine.ops.Op.Tolerances;
import scanline.engine.ops.Sample.Draw;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.tensor.Attention;
import scanline.engine.tensor.Attention.Heads;
import scanline.engine.tensor.Tensor;

/** Attention, and layers of it. */
final class AttentionOps {
    // Measured: below 4e-7 of the largest value, below 1e-6 of the largest gradient.
    private static final Tolerances TOLERANCES = Tolerances.of(2e-6, 5e-6);

    private AttentionOps() {}

    static List<Op> all() {
        return List.of(attend(), self(), weights());
    }

    /** Every kind of mask for so many keys. */
    private static Map<String, Mask> masks(int batch, int keys) {
        int[] lengths = IntStream.range(0, batch).map(b -> 1 + (keys - 1) * (b + 1) / (batch + 1)).toArray();
        Map<String, Mask> masks = new LinkedHashMap<>();
        masks.put("all", Mask.NONE);
        masks.put("causal", Mask.CAUSAL);
        masks.put("padded", Mask.NONE.padded(lengths));
        masks.put("causal, padded", Mask.CAUSAL.padded(lengths));
        return masks;
    }

    private static String torch(Mask mask) {
        return "causal=" + Torch.bool(mask.causal())
                + (mask.lengths().length == 0 ? "" : ", lengths=" + Torch.tensor(mask.lengths()));
    }

    private static String kept(float dropout, int n) {
        return dropout == 0 ? "" : ", kept=" + Torch.kept(dropout, n);
    }

    /** Queries, and keys and values among other columns: queries, keys, batch, heads, width of a head. */
    private static Op attend() {
        int[][] small = {{4, 3, 2, 2, 2}, {1, 1, 1, 1, 1}, {5, 4, 1, 1, 3}};
        int[][] awkward = {{1, 2, 3, 1, 2}, {2, 1, 1, 2, 3}, {4, 4, 32, 4, 16}, {26, 26, 3, 8, 64}, {28, 28, 5, 8, 16},
                {5, 7, 2, 3, 13}, {17, 33, 2, 1, 15}, {33, 17, 1, 2, 17}, {16, 16, 2, 2, 16}, {63, 65, 1, 2, 31},
                {64, 64, 2, 1, 33}, {65, 63, 1, 1, 65}, {129, 127, 2, 1, 100}, {130, 130, 1, 2, 5}, {3, 200, 2, 1, 7},
                {200, 3, 1, 3, 129}};
        List<Sample> samples = new ArrayList<>();
        for (float dropout : new float[] {0f, 0.3f}) {
            for (int[] n : small) {
                masks(n[2], n[1]).forEach((name, mask) -> samples.add(attend(small("attend(q[..., 1:], kv[..., :"
                        + n[3] * n[4] + "], kv[..., " + (n[3] * n[4] + 3) + ":], " + n[3] + ", " + torch(mask)
                        + kept(dropout, n[2] * n[3] * n[0] * n[1]) + ")", _ -> null,
                        Input.of("q", n[0], n[2], n[3] * n[4] + 1), Input.of("kv", n[1], n[2], 2 * n[3] * n[4] + 3)),
                        mask, dropout, n).in(name + ", dropout " + dropout)));
            }
            for (int[] n : awkward) {
                masks(n[2], n[1]).forEach((name, mask) -> samples.add(attend(awkward(_ -> null,
                        Input.of("q", Draw.within(2), n[0], n[2], n[3] * n[4] + 2),
                        Input.of("kv", Draw.within(2), n[1], n[2], 2 * n[3] * n[4] + 3)), mask, dropout, n)
                        .in(n[3] + " heads, " + name + ", dropout " + dropout)));
            }
        }
        for (int[] n : new int[][] {{17, 33, 2, 2, 1}, {5, 40, 3, 3, 4}}) {
            masks(n[2], n[1]).forEach((name, mask) -> samples.add(attend(awkward(_ -> null,
                    Input.of("q", Draw.STEEP, n[0], n[2], n[3] * n[4] + 2),
                    Input.of("kv", Draw.STEEP, n[1], n[2], 2 * n[3] * n[4] + 3)), mask, 0f, n).in("large, " + name)));
        }
        return new Op("Attention.attend", "Attention.composed", TOLERANCES, List.of(new Backward("attendGradient", 3)),
                samples);
    }

    private static Sample attend(Sample sample, Mask mask, float dropout, int... n) {
        int values = n[3] * n[4] + 3;
        return new Sample(sample.mode(), sample.torch(),
                pass -> Attention.attend(new Heads(pass.of("q"), 1), new Heads(pass.of("kv"), 0),
                        new Heads(pass.of("kv"), values), n[3], n[4], mask, dropout),
                pass -> Attention.composed(new Heads(pass.of("q"), 1), new Heads(pass.of("kv"), 0),
                        new Heads(pass.of("kv"), values), n[3], n[4], mask, dropout),
                sample.inputs());
    }

    /** Steps, batch, features, heads, width of a head. */
    private static Op self() {
        int[][] awkward = {{4, 32, 64, 4, 16}, {26, 3, 64, 8, 64}, {5, 17, 7, 3, 13}, {17, 9, 15, 1, 15},
                {33, 2, 100, 2, 17}, {3, 100, 17, 2, 5}, {130, 2, 5, 2, 33}};
        List<Sample> samples = new ArrayList<>();
        for (boolean bias : new boolean[] {false, true}) {
            for (float dropout : new float[] {0f, 0.3f}) {
                for (int[] n : new int[][] {{4, 2, 5, 2, 3}, {1, 1, 1, 1, 1}, {3, 1, 2, 1, 2}}) {
                    Mask mask = mask(bias, n);
                    String torch = "attend_self(x, wi, " + (bias ? "bi" : "None") + ", wo, bo, " + n[3] + ", "
                            + torch(mask) + kept(dropout, n[1] * n[3] * n[0] * n[0]) + ")";
                    samples.add(small(torch, self(false, bias, mask, dropout, n), layer(bias, n))
                            .as(self(true, bias, mask, dropout, n)).in("dropout " + dropout));
                }
                for (int[] n : awkward) {
                    Mask mask = mask(bias, n);
                    samples.add(awkward(self(false, bias, mask, dropout, n), layer(bias, n))
                            .as(self(true, bias, mask, dropout, n)).in(n[3] + " heads, dropout " + dropout));
                }
            }
        }
        return new Op("Attention.self", "Attention.composedSelf", TOLERANCES,
                List.of(new Backward("selfAttendGradient", 2)), samples);
    }

    private static Mask mask(boolean bias, int... n) {
        return masks(n[1], n[0]).get(bias ? "causal" : "padded");
    }

    private static Formula self(boolean composed, boolean bias, Mask mask, float dropout, int... n) {
        return pass -> {
            AttentionWeights<Tensor> w = new AttentionWeights<>(pass.of("wi"), bias ? pass.of("bi") : null,
                    pass.of("wo"), pass.of("bo"));
            return composed
                    ? Attention.composedSelf(pass.of("x"), w, n[3], n[4], mask, dropout)
                    : Attention.self(pass.of("x"), w, n[3], n[4], mask, dropout);
        };
    }

    private static Input[] layer(boolean bias, int... n) {
        int inner = n[3] * n[4];
        List<Input> inputs = new ArrayList<>(List.of(Input.of("x", n[0], n[1], n[2]), Input.of("wi", 3 * inner, n[2])));
        if (bias) {
            inputs.add(Input.of("bi", 3 * inner));
        }
        inputs.addAll(List.of(Input.of("wo", n[2], inner), Input.of("bo", n[2])));
        return inputs.toArray(Input[]::new);
    }

    private static Op weights() {
        List<Sample> samples = new ArrayList<>();
        for (int[] n : new int[][] {{4, 3, 2, 2, 2}, {1, 1, 1, 1, 1}, {2, 5, 1, 3, 1}}) {
            masks(n[2], n[1]).forEach((name, mask) -> samples.add(small("weights(q, k[..., 2:], " + n[3] + ", "
                    + torch(mask) + ").flatten(0, 1)", weights(mask, n), Input.of("q", n[0], n[2], n[3] * n[4]),
                    Input.of("k", n[1], n[2], n[3] * n[4] + 2)).in(name)));
        }
        for (int[] n : new int[][] {{17, 33, 2, 1, 15}, {28, 28, 5, 8, 16}, {3, 200, 2, 1, 7}}) {
            masks(n[2], n[1]).forEach((name, mask) -> samples.add(awkward(weights(mask, n),
                    Input.of("q", n[0], n[2], n[3] * n[4]), Input.of("k", n[1], n[2], n[3] * n[4] + 2)).in(name)));
        }
        return Op.of("Attention.weights", TOLERANCES, "softmaxGradient", 1, samples);
    }

    private static Formula weights(Mask mask, int... n) {
        return pass -> Attention.weights(new Heads(pass.of("q"), 0), new Heads(pass.of("k"), 2), n[3], n[4], mask);
    }
}
