package scanline.engine.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import scanline.engine.file.Protobuf;

/**
 * A builder of graphs of ONNX operators (onnx.ai/onnx/operators). Most methods add a node and return its result. Nodes
 * and constants that no output needs are left out of the file. The field numbers are those of onnx.proto.
 */
public final class OnnxGraph {
    private final OnnxOperators operators;
    private final @Nullable OnnxGraph outer;
    private final List<Protobuf> inputs = new ArrayList<>();
    private final List<Protobuf> outputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> results = new ArrayList<>();
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, Protobuf> constants;
    private final Map<Value, Transposition> transpositions = new HashMap<>();
    private int values;

    private record Node(Protobuf message, List<Value> inputs, List<Value> outputs) {}

    private record Transposition(Value of, int[] axes) {}

    /** Creates an empty graph. */
    public OnnxGraph(OnnxOperators operators) {
        this.operators = operators;
        outer = null;
        constants = new LinkedHashMap<>();
    }

    private OnnxGraph(OnnxGraph outer) {
        operators = outer.operators;
        this.outer = outer;
        constants = outer.constants;
    }

    /**
     * Returns an empty graph that a node of this one runs, such as that of {@link #scan}. Its nodes can also read the
     * values of this graph. Constants belong to the whole file, whichever graph adds them.
     */
    public OnnxGraph body() {
        return new OnnxGraph(this);
    }

    /** The version of the operators that the graph uses. */
    public OnnxOperators operators() {
        return operators;
    }

    /**
     * A value that nodes read and produce.
     *
     * @param name the name in the file; empty for an input that is omitted
     */
    public record Value(String name) {
        /** An omitted input. */
        public static final Value NONE = new Value("");
    }

    /** The element types of tensors. */
    public enum Element {
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
    public static final class Attribute {
        private final Protobuf message;
        private final Set<String> read;

        private Attribute(Protobuf message) {
            this(message, Set.of());
        }

        private Attribute(Protobuf message, Set<String> read) {
            this.message = message;
            this.read = read;
        }

        /** An integer. */
        public static Attribute of(String name, long value) {
            return new Attribute(new Protobuf().text(1, name).varint(3, value).varint(20, 2));
        }

        /** A float. */
        public static Attribute of(String name, float value) {
            return new Attribute(new Protobuf().text(1, name).number(2, value).varint(20, 1));
        }

        /** A text. */
        public static Attribute of(String name, String value) {
            return new Attribute(new Protobuf().text(1, name).text(4, value).varint(20, 3));
        }

        /** A list of integers. */
        public static Attribute of(String name, int... values) {
            Protobuf message = new Protobuf().text(1, name);
            IntStream.of(values).forEach(value -> message.varint(8, value));
            return new Attribute(message.varint(20, 7));
        }

        /** A list of texts. */
        public static Attribute of(String name, List<String> values) {
            Protobuf message = new Protobuf().text(1, name);
            values.forEach(value -> message.text(9, value));
            return new Attribute(message.varint(20, 8));
        }

        /** A graph, from {@link OnnxGraph#body}, which must be complete. */
        public static Attribute of(String name, OnnxGraph body) {
            Set<String> read = new HashSet<>();
            Protobuf graph = body.message(read);
            return new Attribute(new Protobuf().text(1, name).message(6, graph).varint(20, 5), read);
        }
    }

    /**
     * Adds an input of the graph.
     *
     * @param meaning a description for the user of the file
     * @param sizes the sizes of its axes: an Integer, or a String that names a size that each call may choose
     */
    public Value input(String name, String meaning, Element element, Object... sizes) {
        inputs.add(described(name, meaning, element, sizes));
        return new Value(name);
    }

    /** Adds an output of the graph; its parameters are those of {@link #input}. */
    public void output(Value value, String name, String meaning, Element element, Object... sizes) {
        Value result = new Value(name);
        Node node = add(new Protobuf().text(1, value.name).text(2, name).text(3, name).text(4, "Identity"),
                List.of(value),
                List.of(result));
        results.add(node);
        outputs.add(described(name, meaning, element, sizes));
    }

    /** Adds an input of a {@link #body}; its type is that of the value that the node passes. */
    public Value input() {
        Value value = new Value(newName("input"));
        inputs.add(new Protobuf().text(1, value.name));
        return value;
    }

    /** Adds an output of a {@link #body}. */
    public void output(Value value) {
        Value result = node("Identity", value);
        results.add(nodes.getLast());
        outputs.add(new Protobuf().text(1, result.name));
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

    /**
     * Adds a constant tensor, or returns the one of this name.
     *
     * @param name a name that no other constant has, such as that of a parameter
     */
    public Value constant(String name, int[] shape, float... numbers) {
        return constants.containsKey(name)
                ? new Value(name)
                : constant(name, shape, Element.FLOAT, Protobuf.littleEndian(numbers));
    }

    /** Adds a constant number. */
    public Value constant(float number) {
        return constant(newName("number"), new int[0], number);
    }

    /** Adds a constant list of integers, such as a shape. */
    public Value list(long... numbers) {
        return constant(newName("list"), new int[] {numbers.length}, Element.INT64, Protobuf.littleEndian(numbers));
    }

    /** Adds a constant integer. */
    public Value whole(long number) {
        return constant(newName("whole"), new int[0], Element.INT64, Protobuf.littleEndian(number));
    }

    private Value constant(String name, int[] shape, Element element, byte[] content) {
        Protobuf tensor = new Protobuf();
        IntStream.of(shape).forEach(size -> tensor.varint(1, size));
        constants.put(name, tensor.varint(2, element.number).text(8, name).bytes(9, content));
        return new Value(name);
    }

    /** Adds a node and returns its result. */
    public Value node(String operator, List<Value> inputs, Attribute... attributes) {
        return nodes(operator, 1, inputs, attributes).getFirst();
    }

    /** Adds a node with one input and returns its result. */
    public Value node(String operator, Value input, Attribute... attributes) {
        return node(operator, List.of(input), attributes);
    }

    /** Adds a node and returns its several results. */
    public List<Value> nodes(String operator, int outputs, List<Value> inputs, Attribute... attributes) {
        String name = newName(operator);
        List<Value> made = new ArrayList<>();
        Protobuf node = new Protobuf();
        inputs.forEach(input -> node.text(1, input.name));
        for (int i = 0; i < outputs; i++) {
            Value result = new Value(outputs == 1 ? name : name + "." + i);
            made.add(result);
            node.text(2, result.name);
        }
        node.text(3, name).text(4, operator);
        List<Value> read = new ArrayList<>(inputs);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.message);
            attribute.read.forEach(value -> read.add(new Value(value)));
        }
        add(node, read, made);
        return made;
    }

    private Node add(Protobuf message, List<Value> inputs, List<Value> outputs) {
        Node node = new Node(message, inputs, outputs);
        nodes.add(node);
        outputs.forEach(output -> producers.put(output.name, node));
        return node;
    }

    private String newName(String kind) {
        return outer != null ? outer.newName(kind) : kind + "_" + values++;
    }

    /** Returns {@code a + b}, with broadcasting. */
    public Value add(Value a, Value b) {
        return node("Add", List.of(a, b));
    }

    /** Returns {@code a b}, element-wise, with broadcasting. */
    public Value multiply(Value a, Value b) {
        return node("Mul", List.of(a, b));
    }

    /** Returns the product of matrices, the last two axes of a and b. */
    public Value matmul(Value a, Value b) {
        return node("MatMul", List.of(a, b));
    }

    /**
     * Returns x with its axes in another order: axis i of the result is axis {@code axes[i]} of x. Of transpositions
     * that follow each other only one remains, or none.
     */
    public Value transpose(Value x, int... axes) {
        Transposition before = transpositions.get(x);
        Value source = before == null ? x : before.of;
        int[] all = before == null ? axes : IntStream.of(axes).map(axis -> before.axes[axis]).toArray();
        if (Arrays.equals(all, IntStream.range(0, all.length).toArray())) {
            return source;
        }
        Value y = node("Transpose", source, Attribute.of("perm", all));
        transpositions.put(y, new Transposition(source, all));
        return y;
    }

    /** Reshapes x; a size of 0 keeps the size of x on the same axis, and -1 is the size that is left. */
    public Value reshape(Value x, long... sizes) {
        return node("Reshape", List.of(x, list(sizes)));
    }

    /** Inserts an axis of size 1. */
    public Value unsqueeze(Value x, int axis) {
        return node("Unsqueeze", List.of(x, list(axis)));
    }

    /** Joins values along an axis. */
    public Value concat(int axis, List<Value> parts) {
        return parts.size() == 1 ? parts.getFirst() : node("Concat", parts, Attribute.of("axis", axis));
    }

    /** Returns the size of x on one axis, as a list of one number. */
    public Value size(Value x, int axis) {
        return node("Shape", x, Attribute.of("start", axis), Attribute.of("end", axis + 1));
    }

    /** Returns the part of x from {@code from} to {@code to} along an axis; both are lists of one number. */
    public Value slice(Value x, int axis, Value from, Value to) {
        return node("Slice", List.of(x, from, to, list(axis)));
    }

    /**
     * Runs a body once for each index of the first axis of the scanned values (the ONNX operator Scan).
     *
     * @param body
     *            a graph from {@link #body}: its inputs are the states and one element of each scanned value, its
     *            outputs the new states and one element of each result
     * @param states
     *            the initial states
     * @param scanned
     *            the values that are read element by element
     * @param results
     *            the number of results
     * @return the last states, and the results with their elements along the first axis
     */
    public List<Value> scan(OnnxGraph body, List<Value> states, List<Value> scanned, int results) {
        List<Value> read = new ArrayList<>(states);
        read.addAll(scanned);
        return nodes("Scan", states.size() + results, read, Attribute.of("body", body),
                Attribute.of("num_scan_inputs", scanned.size()));
    }

    /**
     * Returns the graph as an ONNX GraphProto, with the nodes that its outputs need; the outermost one also has the
     * constants.
     *
     * @param read
     *            receives the names of all values that the nodes read
     */
    private Protobuf message(Set<String> read) {
        Set<Node> needed = new HashSet<>();
        Deque<Node> open = new ArrayDeque<>(results);
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (needed.add(node)) {
                for (Value input : node.inputs) {
                    read.add(input.name);
                    @Nullable
                    Node producer = producers.get(input.name);
                    if (producer != null) {
                        open.add(producer);
                    }
                }
            }
        }
        Protobuf graph = new Protobuf().text(2, outer == null ? "scanline" : "body");
        nodes.stream().filter(needed::contains).forEach(node -> graph.message(1, node.message));
        if (outer == null) {
            constants.forEach((name, constant) -> {
                if (read.contains(name)) {
                    graph.message(5, constant);
                }
            });
        }
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        return graph;
    }

    /**
     * Returns the file: an ONNX ModelProto.
     *
     * @param description what the model is
     * @param version the version of the program that wrote it
     * @param metadata further texts
     */
    public OnnxFile file(String description, String version, Map<String, String> metadata) {
        Protobuf file = new Protobuf().varint(1, operators.format()).text(2, "scanline").text(3, version)
                .text(6, description).message(7, message(new HashSet<>()))
                .message(8, new Protobuf().text(1, "").varint(2, operators.number()));
        metadata.forEach((key, value) -> file.message(14, new Protobuf().text(1, key).text(2, value)));
        return new OnnxFile(file);
    }
}
