package scanline.engine.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;

/**
 * An op in one mode, on inputs of certain shapes.
 *
 * @param mode
 *            in words
 * @param torch
 *            the same in PyTorch, as src/test/python/golden_ops.py evaluates it, an expression of the inputs; empty for a
 *            sample that is too large to be kept, or to be held against central differences
 * @param composed
 *            the same by the op's composed twin, or formula itself
 */
record Sample(String mode, String torch, Formula formula, Formula composed, List<Input> inputs) {
    /** An op of inputs. */
    interface Formula {
        Tensor of(Trial.Pass pass);
    }

    /** How the numbers of an input are drawn. */
    interface Draw {
        /** Far enough from each other and from 0 for the kinks of an op to lie between central differences. */
        Draw APART = (values, key) -> {
            int[] order = key.permutation(values.length);
            for (int i = 0; i < values.length; i++) {
                values[i] = 0.08f * (order[i] - values.length / 2 + 0.5f);
            }
        };
        /** So few that many are equal. */
        Draw COARSE = (values, key) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = key.below(9, i) - 4;
            }
        };
        /** Around means that are not 0, as far as a column is from the first of 17. */
        Draw FAR = (values, key) -> {
            key.uniform(values, 0, values.length, -1, 1);
            for (int i = 0; i < values.length; i++) {
                values[i] += i % 17;
            }
        };

        /** Near -1000, 0 and 1000 in turn: exponentials of them are zero or infinite, those of differences are not. */
        Draw LARGE = (values, key) -> {
            key.uniform(values, 0, values.length, -4, 4);
            for (int i = 0; i < values.length; i++) {
                values[i] += 1000 * (i % 3 - 1);
            }
        };
        /** Whole numbers, many of them equal, with products so large that their exponentials are zero or infinite. */
        Draw STEEP = (values, key) -> {
            COARSE.fill(values, key);
            for (int i = 0; i < values.length; i++) {
                values[i] *= 30;
            }
        };

        /** From 1 to 2, where functions that have a pole or an edge at 0 are smooth. */
        Draw POSITIVE = (values, key) -> key.uniform(values, 0, values.length, 1, 2);

        /** From 1 to 2 thousandths, from 1 to 2, and from 1 to 2 thousands, in turn. */
        Draw WIDE = (values, key) -> {
            POSITIVE.fill(values, key);
            for (int i = 0; i < values.length; i++) {
                values[i] *= i % 3 == 0 ? 1e-3f : i % 3 == 1 ? 1 : 1e3f;
            }
        };

        /** From 0 to 1. */
        Draw PROBABILITIES = (values, key) -> key.uniform(values, 0, values.length, 0, 1);

        /** From 1 to 2, and from -2 to -1: everything that can be divided by. */
        Draw NONZERO = (values, key) -> {
            POSITIVE.fill(values, key);
            for (int i = 0; i < values.length; i += 2) {
                values[i] = -values[i];
            }
        };

        /** Uniform in -bound to bound. */
        static Draw within(float bound) {
            return (values, key) -> key.uniform(values, 0, values.length, -bound, bound);
        }

        void fill(float[] values, RandomKey key);
    }

    /** An input: its name, in formulas here and in PyTorch, how it is drawn, and its shape. */
    record Input(String name, Draw draw, int[] sizes) {
        static Input of(String name, int... sizes) {
            return new Input(name, Draw.within(1), sizes);
        }

        static Input of(String name, Draw draw, int... sizes) {
            return new Input(name, draw, sizes);
        }
    }

    /** A sample that is held against everything. */
    static Sample small(String torch, Formula formula, Input... inputs) {
        return new Sample("", torch, formula, formula, List.of(inputs));
    }

    /** A sample that is held against twins alone. */
    static Sample awkward(Formula formula, Input... inputs) {
        return new Sample("", "", formula, formula, List.of(inputs));
    }

    /** This sample in a mode of its op. */
    Sample in(String named) {
        return new Sample(named, torch, formula, composed, inputs);
    }

    /** This sample, with what the op's composed twin makes of it. */
    Sample as(Formula twin) {
        return new Sample(mode, torch, formula, twin, inputs);
    }

    /** Mode and shapes; no two samples of an op have the same. Inputs are drawn by it. */
    String label() {
        List<String> words = new ArrayList<>(mode.isEmpty() ? List.of() : List.of(mode));
        return inputs.stream().map(input -> input.name + Shape.of(input.sizes))
                .collect(Collectors.toCollection(() -> words)).stream().collect(Collectors.joining(" "));
    }

    float[] values(Input input) {
        float[] values = new float[Shape.of(input.sizes).elements()];
        input.draw.fill(values, RandomKey.of(1, label()).purpose(input.name));
        return values;
    }

    @Override
    public String toString() {
        return label();
    }
}
