package scanline.lab.export;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Weights;
import scanline.lab.export.OnnxGraph.Attribute;
import scanline.lab.export.OnnxGraph.Value;

/**
 * The layers of {@link scanline.engine.nn} in ONNX's operators, in a pass that drops nothing. A layer is called by the name
 * that its parameters begin with; sequences are batch first, [B, T, F], but where it says otherwise. Parameters stand in the
 * graph under their own names and in their own shapes, but for those of recurrent layers, whose gates ONNX orders otherwise.
 */
final class OnnxLayers {
    private static final float EPSILON = 1e-5f; // of both normalisations

    private final OnnxGraph graph;
    private final Map<String, Entry> parameters = new LinkedHashMap<>();
    private final Map<String, Value> read = new LinkedHashMap<>();
    private final Set<String> unread;

    OnnxLayers(OnnxGraph graph, Weights weights) {
        this.graph = graph;
        WeightsFile.entries("", weights).forEach(entry -> parameters.put(entry.name(), entry));
        unread = new TreeSet<>(parameters.keySet());
    }

    /** The parameters and statistics that no layer has read: a model is told whole only when there is none. */
    Set<String> unread() {
        return unread;
    }

    // Plain operations

    Value add(Value a, Value b) {
        return graph.node("Add", List.of(a, b));
    }

    Value multiply(Value a, Value b) {
        return graph.node("MatMul", List.of(a, b));
    }

    Value relu(Value x) {
        return graph.node("Relu", x);
    }

    Value softmax(Value x) {
        return graph.node("Softmax", x, Attribute.of("axis", -1));
    }

    Value transpose(Value x, int... axes) {
        return graph.node("Transpose", x, Attribute.of("perm", axes));
    }

    /** A size of 0 is that of x at the same place. */
    Value reshape(Value x, long... sizes) {
        return graph.node("Reshape", List.of(x, graph.list(sizes)));
    }

    /** A further axis, of size 1. */
    Value unsqueeze(Value x, int axis) {
        return graph.node("Unsqueeze", List.of(x, graph.list(axis)));
    }

    Value concat(int axis, Value... parts) {
        return graph.node("Concat", List.of(parts), Attribute.of("axis", axis));
    }

    /** The first rows; {@code count} is a list of one number, from the end if it is negative. */
    private Value firstRows(Value x, Value count) {
        return graph.node("Slice", List.of(x, graph.list(0), count, graph.list(0)));
    }

    /** One size of x, as a list. */
    Value size(Value x, int axis) {
        return graph.node("Shape", x, Attribute.of("start", axis), Attribute.of("end", axis + 1));
    }

    /** The first step of [B, T, F]: [B, F]. */
    Value firstStep(Value x) {
        return graph.node("Gather", List.of(x, graph.whole(0)), Attribute.of("axis", 1));
    }

    Value meanOverSteps(Value x) {
        Attribute dropped = Attribute.of("keepdims", 0);
        return graph.operators().areFrom(18)
                ? graph.node("ReduceMean", List.of(x, graph.list(1)), dropped)
                : graph.node("ReduceMean", x, Attribute.of("axes", new int[] {1}), dropped);
    }

    private Value gelu(Value x) {
        if (graph.operators().areFrom(20)) {
            return graph.node("Gelu", x);
        }
        Value erf = graph.node("Erf", graph.node("Mul", List.of(x, graph.constant((float) Math.sqrt(0.5)))));
        Value share = graph.node("Mul", List.of(add(erf, graph.constant(1)), graph.constant(0.5f)));
        return graph.node("Mul", List.of(x, share));
    }

    // Layers

    /** A parameter or statistic. */
    Value parameter(String name) {
        return read.computeIfAbsent(name, _ -> {
            Entry entry = entry(name);
            return graph.constant(name, entry.shape(), entry.values());
        });
    }

    private Entry entry(String name) {
        Entry entry = parameters.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        unread.remove(name);
        return entry;
    }

    /** {@code x W^T + b}. */
    Value linear(String name, Value x) {
        return add(multiply(x, transpose(parameter(name + ".weight"), 1, 0)), parameter(name + ".bias"));
    }

    Value layerNorm(String name, Value x) {
        return graph.node("LayerNormalization", List.of(x, parameter(name + ".weight"), parameter(name + ".bias")),
                Attribute.of("axis", -1), Attribute.of("epsilon", EPSILON));
    }

    /** {@link scanline.engine.nn.PatchEmbedding}. */
    Value patchEmbedding(String name, Value x) {
        return layerNorm(name + ".norm2", linear(name + ".linear", layerNorm(name + ".norm1", x)));
    }

    /** {@link scanline.engine.nn.ClassToken}: [B, T, width] to [B, T + 1, width]. */
    Value classToken(String name, Value x) {
        int width = entry(name).shape()[0];
        Value shape = concat(0, size(x, 0), graph.list(1, width));
        return concat(1, graph.node("Expand", List.of(parameter(name), shape)), x);
    }

    /** {@link scanline.engine.nn.Positions} of sequences of this length, a list of one number. */
    Value positions(String name, Value x, Value length) {
        return add(x, firstRows(parameter(name), length));
    }

    /** {@link scanline.engine.nn.Positions} of sequences as long as there are places. */
    Value positions(String name, Value x) {
        return add(x, parameter(name));
    }

    /** The rows of a table for words, [B, L]: [B, L, width]. */
    Value embedding(String name, Value words) {
        return graph.node("Gather", List.of(parameter(name), words), Attribute.of("axis", 0));
    }

    /** The rows of a table, but for the last. */
    Value allRowsButLast(String name) {
        return firstRows(parameter(name), graph.list(-1));
    }

    /** 0 where a step sees another, which is not behind it, else -infinity: [length, length]. */
    Value causalMask(Value length) {
        Value hidden = graph.node("Expand",
                List.of(graph.constant(Float.NEGATIVE_INFINITY), concat(0, length, length)));
        return graph.node("Trilu", List.of(hidden, graph.whole(1)), Attribute.of("upper", 1));
    }

    /**
     * {@link scanline.engine.nn.MultiHeadAttention}.
     *
     * @param x what the queries are made of
     * @param memory what keys and values are made of
     * @param mask added to the scores; none lets every step see every other
     */
    Value attention(String name, int heads, Value x, Value memory, Value mask) {
        int inner = entry(name + ".in_proj_weight").shape()[0] / 3;
        int width = inner / heads;
        List<Value> weights = thirds(name + ".in_proj_weight");
        List<Value> biases = parameters.containsKey(name + ".in_proj_bias")
                ? thirds(name + ".in_proj_bias")
                : List.of();
        Value[] projected = new Value[3]; // queries, keys, values
        for (int i = 0; i < projected.length; i++) {
            Value y = multiply(i == 0 ? x : memory, transpose(weights.get(i), 1, 0));
            projected[i] = reshape(biases.isEmpty() ? y : add(y, biases.get(i)), 0, 0, heads, width);
        }
        Value q = transpose(projected[0], 0, 2, 1, 3);
        Value k = transpose(projected[1], 0, 2, 3, 1);
        Value v = transpose(projected[2], 0, 2, 1, 3);
        Value scores = graph.node("Mul", List.of(multiply(q, k), graph.constant((float) (1 / Math.sqrt(width)))));
        Value taken = softmax(mask.equals(Value.NONE) ? scores : add(scores, mask));
        return linear(name + ".out_proj", reshape(transpose(multiply(taken, v), 0, 2, 1, 3), 0, 0, inner));
    }

    /** The parts of {@code in_proj}: of queries, keys and values. */
    private List<Value> thirds(String name) {
        Attribute axis = Attribute.of("axis", 0);
        return graph.operators().areFrom(18)
                ? graph.nodes("Split", 3, List.of(parameter(name)), axis, Attribute.of("num_outputs", 3))
                : graph.nodes("Split", 3, List.of(parameter(name)), axis);
    }

    /** {@link scanline.engine.nn.FeedForward}; {@code name} ends with a dot. */
    Value feedForward(String name, Nonlinearity nonlinearity, Value x) {
        Value hidden = linear(name + "linear1", x);
        return linear(name + "linear2", switch (nonlinearity) {
            case RELU -> relu(hidden);
            case GELU -> gelu(hidden);
        });
    }

    /** {@link scanline.engine.nn.EncoderBlock}, pre-norm with a GELU. */
    Value preNormBlock(String name, int heads, Value x) {
        Value norm = layerNorm(name + ".norm1", x);
        Value y = add(x, attention(name + ".self_attn", heads, norm, norm, Value.NONE));
        return add(y, feedForward(name + ".", Nonlinearity.GELU, layerNorm(name + ".norm2", y)));
    }

    /** {@link scanline.engine.nn.EncoderBlock}, post-norm with a ReLU. */
    Value postNormBlock(String name, int heads, Value x) {
        Value y = layerNorm(name + ".norm1", add(x, attention(name + ".self_attn", heads, x, x, Value.NONE)));
        return layerNorm(name + ".norm2", add(y, feedForward(name + ".", Nonlinearity.RELU, y)));
    }

    /** {@link scanline.engine.nn.DecoderBlock}, post-norm with a ReLU. */
    Value decoderBlock(String name, int heads, Value x, Value memory, Value mask) {
        Value y = layerNorm(name + ".norm1", add(x, attention(name + ".self_attn", heads, x, x, mask)));
        Value z = layerNorm(name + ".norm2",
                add(y, attention(name + ".multihead_attn", heads, y, memory, Value.NONE)));
        return layerNorm(name + ".norm3", add(z, feedForward(name + ".", Nonlinearity.RELU, z)));
    }

    /** {@link scanline.engine.nn.Conv2d} of [B, C, H, W], which keeps the size of the image. */
    Value conv(String name, Value x) {
        int kernel = entry(name + ".weight").shape()[2];
        int pad = kernel / 2;
        return graph.node("Conv", List.of(x, parameter(name + ".weight"), parameter(name + ".bias")),
                Attribute.of("kernel_shape", kernel, kernel), Attribute.of("pads", pad, pad, pad, pad));
    }

    /** {@link scanline.engine.nn.BatchNorm2d} by its running statistics. */
    Value batchNorm(String name, Value x) {
        return graph.node("BatchNormalization",
                List.of(x, parameter(name + ".weight"), parameter(name + ".bias"), parameter(name + ".running_mean"),
                        parameter(name + ".running_var")),
                Attribute.of("epsilon", EPSILON));
    }

    /** By windows of 2 x 2 pixels. */
    Value maxPool(Value x) {
        return graph.node("MaxPool", x, Attribute.of("kernel_shape", 2, 2), Attribute.of("strides", 2, 2));
    }

    Value flatten(Value x) {
        return graph.node("Flatten", x, Attribute.of("axis", 1));
    }

    // Recurrent layers, time-major as in the engine

    /**
     * What a {@link scanline.engine.nn.Recurrent} gives.
     *
     * @param steps the states of every step, [T, B, directions H]
     * @param last the last one of each direction, [B, directions H]
     */
    record States(Value steps, Value last) {}

    /** {@link scanline.engine.nn.Recurrent} over x, [T, B, F]. */
    States recurrent(String name, CellKind kind, int layers, Value x) {
        States y = layer(name, 0, kind, x);
        for (int l = 1; l < layers; l++) {
            y = layer(name, l, kind, y.steps);
        }
        return y;
    }

    private States layer(String name, int l, CellKind kind, Value x) {
        String forward = "_l" + l;
        boolean bidirectional = parameters.containsKey(name + ".weight_ih" + forward + "_reverse");
        List<String> directions = bidirectional ? List.of(forward, forward + "_reverse") : List.of(forward);
        int hidden = entry(name + ".weight_hh" + forward).shape()[1];
        int width = directions.size() * hidden;
        List<Value> inputs = new ArrayList<>(List.of(x, gates(name, kind, directions, "weight_ih"),
                gates(name, kind, directions, "weight_hh"), gates(name, kind, directions, "bias_ih", "bias_hh")));
        if (parameters.containsKey(name + ".h0" + forward)) {
            inputs.add(Value.NONE); // all sequences are of the same length
            inputs.add(first(name, directions, "h0", x));
            if (kind.hasCellState()) {
                inputs.add(first(name, directions, "c0", x));
            }
        }
        List<Attribute> attributes = new ArrayList<>(List.of(Attribute.of("hidden_size", hidden),
                Attribute.of("direction", bidirectional ? "bidirectional" : "forward")));
        String operator = switch (kind) {
            case RNN_TANH, RNN_RELU -> {
                String function = kind == CellKind.RNN_TANH ? "Tanh" : "Relu";
                attributes.add(Attribute.of("activations", Collections.nCopies(directions.size(), function)));
                yield "RNN";
            }
            case LSTM -> "LSTM";
            case GRU -> {
                attributes.add(Attribute.of("linear_before_reset", 1));
                yield "GRU";
            }
        };
        // [T, directions, B, H] and [directions, B, H]
        List<Value> y = graph.nodes(operator, 2, inputs, attributes.toArray(Attribute[]::new));
        return new States(reshape(transpose(y.get(0), 0, 2, 1, 3), 0, 0, width),
                reshape(transpose(y.get(1), 1, 0, 2), 0, width));
    }

    /** Some parameters of each direction behind each other, the gates in ONNX's order: [directions, ...]. */
    private Value gates(String name, CellKind kind, List<String> directions, String... kinds) {
        int[] order = switch (kind) {
            case RNN_TANH, RNN_RELU -> new int[] {0};
            case LSTM -> new int[] {0, 3, 1, 2}; // i, o, f, g of i, f, g, o
            case GRU -> new int[] {1, 0, 2}; // z, r, n of r, z, n
        };
        List<float[]> blocks = new ArrayList<>();
        for (String direction : directions) {
            for (String each : kinds) {
                float[] values = entry(name + "." + each + direction).values();
                int gate = values.length / order.length;
                IntStream.of(order)
                        .forEach(i -> blocks.add(Arrays.copyOfRange(values, i * gate, (i + 1) * gate)));
            }
        }
        int[] shape = entry(name + "." + kinds[0] + directions.getFirst()).shape();
        int[] stacked = shape.length == 1
                ? new int[] {directions.size(), kinds.length * shape[0]}
                : new int[] {directions.size(), shape[0], shape[1]};
        return graph.constant(name + "." + String.join("_", kinds) + directions.getFirst() + ".gates", stacked,
                joined(blocks));
    }

    /** A learned state for each sequence of x: [directions, B, H]. */
    private Value first(String name, List<String> directions, String state, Value x) {
        List<float[]> states = directions.stream().map(each -> entry(name + "." + state + each).values()).toList();
        Value learned = graph.constant(name + "." + state + directions.getFirst(),
                new int[] {directions.size(), 1, states.getFirst().length}, joined(states));
        return graph.node("Expand", List.of(learned, concat(0, graph.list(1), size(x, 1), graph.list(1))));
    }

    private static float[] joined(List<float[]> blocks) {
        FloatBuffer all = FloatBuffer.allocate(blocks.stream().mapToInt(block -> block.length).sum());
        blocks.forEach(all::put);
        return all.array();
    }
}
