package scanline.lab.export;

import java.util.List;

import scanline.engine.geometry.Nonlinearity;
import scanline.lab.export.OnnxGraph.Attribute;
import scanline.lab.export.OnnxGraph.Value;

/**
 * The layers of {@link scanline.engine.nn} in ONNX operators, for inference without dropout. The name of a layer is the
 * prefix of its parameters' names. Sequences are batch-first, [B, T, F].
 */
record OnnxLayers(OnnxGraph graph) {
    private static final float EPSILON = 1e-5f; // of both normalizations

    /** {@code x W^T + b}. */
    Value linear(String name, Value x) {
        return graph.add(graph.matmul(x, graph.transpose(weight(name), 1, 0)), bias(name));
    }

    Value layerNorm(String name, Value x) {
        return graph.node("LayerNormalization", List.of(x, weight(name), bias(name)),
                Attribute.of("axis", -1), Attribute.of("epsilon", EPSILON));
    }

    /** {@link scanline.engine.nn.PatchEmbedding}. */
    Value patchEmbedding(String name, Value x) {
        return layerNorm(name + ".norm2", linear(name + ".linear", layerNorm(name + ".norm1", x)));
    }

    /** {@link scanline.engine.nn.ClassToken}: [B, T, width] to [B, T + 1, width]. */
    Value classToken(String name, Value x) {
        int width = graph.entry(name).shape()[0];
        Value shape = graph.concat(0, graph.size(x, 0), graph.list(1, width));
        return graph.concat(1, graph.node("Expand", List.of(graph.parameter(name), shape)), x);
    }

    /** {@link scanline.engine.nn.Positions} for sequences of a given length, a list of one number. */
    Value positions(String name, Value x, Value length) {
        return graph.add(x, graph.firstRows(graph.parameter(name), length));
    }

    /** {@link scanline.engine.nn.Positions} for sequences of the maximum length. */
    Value positions(String name, Value x) {
        return graph.add(x, graph.parameter(name));
    }

    /** Returns the rows of a table for words, [B, L]: [B, L, width]. */
    Value embedding(String name, Value words) {
        return graph.node("Gather", List.of(graph.parameter(name), words), Attribute.of("axis", 0));
    }

    /** Returns all rows of a table except the last one. */
    Value allRowsButLast(String name) {
        return graph.firstRows(graph.parameter(name), graph.list(-1));
    }

    /**
     * Returns 0 for each pair of a step and an earlier or the same step, and -infinity for later steps: [length,
     * length].
     */
    Value causalMask(Value length) {
        Value hidden = graph.node("Expand",
                List.of(graph.constant(Float.NEGATIVE_INFINITY), graph.concat(0, length, length)));
        return graph.node("Trilu", List.of(hidden, graph.whole(1)), Attribute.of("upper", 1));
    }

    /**
     * {@link scanline.engine.nn.MultiHeadAttention}.
     *
     * @param x the source of the queries
     * @param memory the source of the keys and values
     * @param mask a mask that is added to the scores; with {@code NONE}, every step attends to every other
     */
    Value attention(String name, int heads, Value x, Value memory, Value mask) {
        int inner = graph.entry(name + ".in_proj_weight").shape()[0] / 3;
        int width = inner / heads;
        List<Value> weights = graph.thirds(graph.parameter(name + ".in_proj_weight"));
        List<Value> biases = graph.hasParameter(name + ".in_proj_bias")
                ? graph.thirds(graph.parameter(name + ".in_proj_bias"))
                : List.of();
        Value[] projected = new Value[3]; // queries, keys, values
        for (int i = 0; i < projected.length; i++) {
            Value y = graph.matmul(i == 0 ? x : memory, graph.transpose(weights.get(i), 1, 0));
            projected[i] = graph.reshape(biases.isEmpty() ? y : graph.add(y, biases.get(i)), 0, 0, heads, width);
        }
        Value q = graph.transpose(projected[0], 0, 2, 1, 3);
        Value k = graph.transpose(projected[1], 0, 2, 3, 1);
        Value v = graph.transpose(projected[2], 0, 2, 1, 3);
        Value scores = graph.node("Mul", List.of(graph.matmul(q, k), graph.constant((float) (1 / Math.sqrt(width)))));
        Value probabilities = graph.softmax(mask.equals(Value.NONE) ? scores : graph.add(scores, mask));
        return linear(name + ".out_proj",
                graph.reshape(graph.transpose(graph.matmul(probabilities, v), 0, 2, 1, 3), 0, 0, inner));
    }

    /** {@link scanline.engine.nn.FeedForward}; {@code name} ends with a dot. */
    Value feedForward(String name, Nonlinearity nonlinearity, Value x) {
        Value hidden = linear(name + "linear1", x);
        return linear(name + "linear2", switch (nonlinearity) {
            case RELU -> graph.relu(hidden);
            case GELU -> graph.gelu(hidden);
        });
    }

    /** {@link scanline.engine.nn.EncoderBlock}, pre-norm with a GELU. */
    Value preNormBlock(String name, int heads, Value x) {
        Value norm = layerNorm(name + ".norm1", x);
        Value y = graph.add(x, attention(name + ".self_attn", heads, norm, norm, Value.NONE));
        return graph.add(y, feedForward(name + ".", Nonlinearity.GELU, layerNorm(name + ".norm2", y)));
    }

    /** {@link scanline.engine.nn.EncoderBlock}, post-norm with a ReLU. */
    Value postNormBlock(String name, int heads, Value x) {
        Value y = layerNorm(name + ".norm1", graph.add(x, attention(name + ".self_attn", heads, x, x, Value.NONE)));
        return layerNorm(name + ".norm2", graph.add(y, feedForward(name + ".", Nonlinearity.RELU, y)));
    }

    /** {@link scanline.engine.nn.DecoderBlock}, post-norm with a ReLU. */
    Value decoderBlock(String name, int heads, Value x, Value memory, Value mask) {
        Value y = layerNorm(name + ".norm1", graph.add(x, attention(name + ".self_attn", heads, x, x, mask)));
        Value z = layerNorm(name + ".norm2",
                graph.add(y, attention(name + ".multihead_attn", heads, y, memory, Value.NONE)));
        return layerNorm(name + ".norm3", graph.add(z, feedForward(name + ".", Nonlinearity.RELU, z)));
    }

    /** {@link scanline.engine.nn.Conv2d} of [B, C, H, W], padded so that the size of the image stays the same. */
    Value conv(String name, Value x) {
        int kernel = graph.entry(name + ".weight").shape()[2];
        int pad = kernel / 2;
        return graph.node("Conv", List.of(x, weight(name), bias(name)),
                Attribute.of("kernel_shape", kernel, kernel), Attribute.of("pads", pad, pad, pad, pad));
    }

    /** {@link scanline.engine.nn.BatchNorm2d} with its running statistics. */
    Value batchNorm(String name, Value x) {
        return graph.node("BatchNormalization",
                List.of(x, weight(name), bias(name), graph.parameter(name + ".running_mean"),
                        graph.parameter(name + ".running_var")),
                Attribute.of("epsilon", EPSILON));
    }

    private Value weight(String name) {
        return graph.parameter(name + ".weight");
    }

    private Value bias(String name) {
        return graph.parameter(name + ".bias");
    }
}
