package scanline.lab.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Weights;
import scanline.lab.format.Protobuf;

/**
 * A builder of graphs of ONNX operators (onnx.ai/onnx/operators). Most methods add a node and return its result. The
 * field numbers are those of onnx.proto.
 */
final class OnnxGraph {
    private final OnnxOperators operators;
    private final Protobuf graph = new Protobuf().text(2, "scanline");
    private final Map<String, Entry> parameters = new HashMap<>();
    private final Map<String, Value> read = new HashMap<>();
    private final Set<String> unread;
    private int values;

    /** Creates an empty graph that can read the parameters and statistics of the weights. */
    OnnxGraph(OnnxOperators operators, Weights weights) {
        this.operators = operators;
        WeightsFile.entries("", weights).forEach(entry -> parameters.put(entry.name(), entry));
        unread = new TreeSet<>(parameters.keySet());
    }

    /** A value that nodes read and produce; {@link #NONE} is an omitted input. */
    record Value(String name) {
        static final Value NONE = new Value("");
    }

    /** The element types of tensors. */
    enum Element {
        /** 32-bit floats. */
        FLOAT(1),
        /** 64-bit integers. */
        INT64(7);

        private final int number;

        Element(int number) {
            this.number = number;
        }
    }

    /** An attribute of a node. */
    record Attribute(Protobuf message) {
        static Attribute of(String name, long value) {
            return new Attribute(new Protobuf().text(1, name).varint(3, value).varint(20, 2));
        }

        static Attribute of(String name, float value) {
            return new Attribute(new Protobuf().text(1, name).number(2, value).varint(20, 1));
        }

        static Attribute of(String name, String value) {
            return new Attribute(new Protobuf().text(1, name).text(4, value).varint(20, 3));
        }

        static Attribute of(String name, int... values) {
            Protobuf message = new Protobuf().text(1, name);
            IntStream.of(values).forEach(value -> message.varint(8, value));
            return new Attribute(message.varint(20, 7));
        }

        static Attribute of(String name, List<String> values) {
            Protobuf message = new Protobuf().text(1, name);
            values.forEach(value -> message.text(9, value));
            return new Attribute(message.varint(20, 8));
        }
    }

    /**
     * Adds an input of the graph.
     *
     * @param meaning a description for the user of the file
     * @param sizes the sizes of its axes: an Integer, or a String that names a size that each call may choose
     */
    Value input(String name, String meaning, Element element, Object... sizes) {
        graph.message(11, described(name, meaning, element, sizes));
        return new Value(name);
    }

    /** Adds an output of the graph; its parameters are those of {@link #input}. */
    void output(Value value, String name, String meaning, Element element, Object... sizes) {
        graph.message(1, new Protobuf().text(1, value.name).text(2, name).text(3, name).text(4, "Identity"));
        graph.message(12, described(name, meaning, element, sizes));
    }

    private static Protobuf described(String name, String meaning, Element element, Object... sizes) {
        Protobuf shape = new Protobuf();
        for (Object size : sizes) {
            shape.message(1, size instanceof Integer whole
                    ? new Protobuf().varint(1, whole)
                    : new Protobuf().text(2, size.toString()));
        }
        Protobuf tensor = new Protobuf().varint(1, element.number).message(2, shape);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor)).text(3, meaning);
    }

    /** Returns a parameter or statistic in its own shape; it is stored in the graph once, under its own name. */
    Value parameter(String name) {
        return read.computeIfAbsent(name, _ -> {
            Entry entry = entry(name);
            return constant(name, entry.shape(), entry.values());
        });
    }

    /** Returns the shape and numbers of a parameter, for a layer whose parameters ONNX orders differently. */
    Entry entry(String name) {
        Entry entry = parameters.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        unread.remove(name);
        return entry;
    }

    boolean hasParameter(String name) {
        return parameters.containsKey(name);
    }

    /** Returns the parameters and statistics that no layer has read; an export is complete only if there are none. */
    Set<String> unread() {
        return unread;
    }

    /** Adds a constant tensor; no other value may have its name. */
    Value constant(String name, int[] shape, float... numbers) {
        return constant(name, shape, Element.FLOAT, Protobuf.littleEndian(numbers));
    }

    /** Adds a constant number. */
    Value constant(float number) {
        return constant(newName("number"), new int[0], number);
    }

    /** Adds a constant list of integers, such as a shape. */
    Value list(long... numbers) {
        return constant(newName("list"), new int[] {numbers.length}, Element.INT64, Protobuf.littleEndian(numbers));
    }

    /** Adds a constant integer. */
    Value whole(long number) {
        return constant(newName("whole"), new int[0], Element.INT64, Protobuf.littleEndian(number));
    }

    private Value constant(String name, int[] shape, Element element, byte[] content) {
        Protobuf tensor = new Protobuf();
        IntStream.of(shape).forEach(size -> tensor.varint(1, size));
        graph.message(5, tensor.varint(2, element.number).text(8, name).bytes(9, content));
        return new Value(name);
    }

    /** Adds a node and returns its result. */
    Value node(String operator, List<Value> inputs, Attribute... attributes) {
        return nodes(operator, 1, inputs, attributes).getFirst();
    }

    /** Adds a node with one input and returns its result. */
    Value node(String operator, Value input, Attribute... attributes) {
        return node(operator, List.of(input), attributes);
    }

    /** Adds a node and returns its several results. */
    List<Value> nodes(String operator, int outputs, List<Value> inputs, Attribute... attributes) {
        String name = newName(operator);
        List<Value> results = new ArrayList<>();
        Protobuf node = new Protobuf();
        inputs.forEach(input -> node.text(1, input.name));
        for (int i = 0; i < outputs; i++) {
            Value result = new Value(outputs == 1 ? name : name + "." + i);
            results.add(result);
            node.text(2, result.name);
        }
        node.text(3, name).text(4, operator);
        Arrays.stream(attributes).forEach(attribute -> node.message(5, attribute.message));
        graph.message(1, node);
        return results;
    }

    private String newName(String kind) {
        return kind + "_" + values++;
    }

    Value add(Value a, Value b) {
        return node("Add", List.of(a, b));
    }

    Value matmul(Value a, Value b) {
        return node("MatMul", List.of(a, b));
    }

    Value relu(Value x) {
        return node("Relu", x);
    }

    Value softmax(Value x) {
        return node("Softmax", x, Attribute.of("axis", -1));
    }

    Value transpose(Value x, int... axes) {
        return node("Transpose", x, Attribute.of("perm", axes));
    }

    /** Reshapes x; a size of 0 keeps the size of x on the same axis. */
    Value reshape(Value x, long... sizes) {
        return node("Reshape", List.of(x, list(sizes)));
    }

    /** Inserts an axis of size 1. */
    Value unsqueeze(Value x, int axis) {
        return node("Unsqueeze", List.of(x, list(axis)));
    }

    Value concat(int axis, Value... parts) {
        return node("Concat", List.of(parts), Attribute.of("axis", axis));
    }

    /**
     * Returns the first rows of x; {@code count} is a list of one number, which counts from the end if it is negative.
     */
    Value firstRows(Value x, Value count) {
        return node("Slice", List.of(x, list(0), count, list(0)));
    }

    /** Returns the size of x on one axis, as a list. */
    Value size(Value x, int axis) {
        return node("Shape", x, Attribute.of("start", axis), Attribute.of("end", axis + 1));
    }

    /** Returns the first step of x, [B, T, F]: [B, F]. */
    Value firstStep(Value x) {
        return node("Gather", List.of(x, whole(0)), Attribute.of("axis", 1));
    }

    Value meanOverSteps(Value x) {
        Attribute dropped = Attribute.of("keepdims", 0);
        return operators.areFrom(18)
                ? node("ReduceMean", List.of(x, list(1)), dropped)
                : node("ReduceMean", x, Attribute.of("axes", new int[] {1}), dropped);
    }

    Value gelu(Value x) {
        if (operators.areFrom(20)) {
            return node("Gelu", x);
        }
        Value erf = node("Erf", node("Mul", List.of(x, constant((float) Math.sqrt(0.5)))));
        Value share = node("Mul", List.of(add(erf, constant(1)), constant(0.5f)));
        return node("Mul", List.of(x, share));
    }

    /** Splits x into three equal parts along the first axis. */
    List<Value> thirds(Value x) {
        Attribute axis = Attribute.of("axis", 0);
        return operators.areFrom(18)
                ? nodes("Split", 3, List.of(x), axis, Attribute.of("num_outputs", 3))
                : nodes("Split", 3, List.of(x), axis);
    }

    /** Returns the maxima of windows of 2 x 2 pixels. */
    Value maxPool(Value x) {
        return node("MaxPool", x, Attribute.of("kernel_shape", 2, 2), Attribute.of("strides", 2, 2));
    }

    Value flatten(Value x) {
        return node("Flatten", x, Attribute.of("axis", 1));
    }

    /** Returns the graph as an ONNX GraphProto. */
    Protobuf message() {
        return graph;
    }
}
