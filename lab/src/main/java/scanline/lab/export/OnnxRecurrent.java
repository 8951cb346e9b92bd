package scanline.lab.export;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import scanline.engine.geometry.CellKind;
import scanline.lab.export.OnnxGraph.Attribute;
import scanline.lab.export.OnnxGraph.Value;

/**
 * {@link scanline.engine.nn.Recurrent} in ONNX operators, which order the gates differently. Sequences are time-major,
 * [T, B, F].
 */
record OnnxRecurrent(OnnxGraph graph) {
    /**
     * The states of the last layer.
     *
     * @param steps the states of all steps, [T, B, directions H]
     * @param last the last state of each direction, [B, directions H]
     */
    record States(Value steps, Value last) {}

    /** Adds all layers; their input is x, [T, B, F]. */
    States forward(String name, CellKind kind, int layers, Value x) {
        States y = layer(name, 0, kind, x);
        for (int l = 1; l < layers; l++) {
            y = layer(name, l, kind, y.steps);
        }
        return y;
    }

    private States layer(String name, int l, CellKind kind, Value x) {
        String forward = "_l" + l;
        boolean bidirectional = graph.hasParameter(name + ".weight_ih" + forward + "_reverse");
        List<String> directions = bidirectional ? List.of(forward, forward + "_reverse") : List.of(forward);
        int hidden = graph.entry(name + ".weight_hh" + forward).shape()[1];
        int width = directions.size() * hidden;
        List<Value> inputs = new ArrayList<>(List.of(x, gates(name, kind, directions, "weight_ih"),
                gates(name, kind, directions, "weight_hh"), gates(name, kind, directions, "bias_ih", "bias_hh")));
        if (graph.hasParameter(name + ".h0" + forward)) {
            inputs.add(Value.NONE); // sequence lengths: all are the same
            inputs.add(initial(name, directions, "h0", x));
            if (kind.hasCellState()) {
                inputs.add(initial(name, directions, "c0", x));
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
        return new States(graph.reshape(graph.transpose(y.get(0), 0, 2, 1, 3), 0, 0, width),
                graph.reshape(graph.transpose(y.get(1), 1, 0, 2), 0, width));
    }

    /** Concatenates parameters of each direction, with the gates in ONNX's order: [directions, ...]. */
    private Value gates(String name, CellKind kind, List<String> directions, String... kinds) {
        int[] order = switch (kind) {
            case RNN_TANH, RNN_RELU -> new int[] {0};
            case LSTM -> new int[] {0, 3, 1, 2}; // from i, f, g, o to i, o, f, g
            case GRU -> new int[] {1, 0, 2}; // from r, z, n to z, r, n
        };
        List<float[]> blocks = new ArrayList<>();
        for (String direction : directions) {
            for (String each : kinds) {
                float[] values = graph.entry(name + "." + each + direction).values();
                int gate = values.length / order.length;
                IntStream.of(order)
                        .forEach(i -> blocks.add(Arrays.copyOfRange(values, i * gate, (i + 1) * gate)));
            }
        }
        int[] shape = graph.entry(name + "." + kinds[0] + directions.getFirst()).shape();
        int[] stacked = shape.length == 1
                ? new int[] {directions.size(), kinds.length * shape[0]}
                : new int[] {directions.size(), shape[0], shape[1]};
        return graph.constant(name + "." + String.join("_", kinds) + directions.getFirst() + ".gates", stacked,
                joined(blocks));
    }

    /** Returns the learned initial state for each sequence of x: [directions, B, H]. */
    private Value initial(String name, List<String> directions, String state, Value x) {
        List<float[]> states = directions.stream().map(each -> graph.entry(name + "." + state + each).values())
                .toList();
        Value learned = graph.constant(name + "." + state + directions.getFirst(),
                new int[] {directions.size(), 1, states.getFirst().length}, joined(states));
        return graph.node("Expand", List.of(learned, graph.concat(0, graph.list(1), graph.size(x, 1), graph.list(1))));
    }

    private static float[] joined(List<float[]> blocks) {
        FloatBuffer all = FloatBuffer.allocate(blocks.stream().mapToInt(block -> block.length).sum());
        blocks.forEach(all::put);
        return all.array();
    }
}
