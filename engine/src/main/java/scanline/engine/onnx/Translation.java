package scanline.engine.onnx;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.geometry.Window;
import scanline.engine.onnx.OnnxGraph.Attribute;
import scanline.engine.onnx.OnnxGraph.Value;
import scanline.engine.tensor.Op;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Sequences;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.StateSpaces.S4dWeights;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Trace;

/**
 * Translates what a model computes into ONNX operators, one operation after another. It compares passes with other
 * sizes of the batch and of the words: a size that changes with them is computed in the graph.
 */
public final class Translation {
    private static final Value NONE = Value.NONE;

    private final OnnxGraph graph;
    private final Value input;
    private final Value batch;
    private final @Nullable Value words;
    private final @Nullable Value length;
    private final List<Pass> passes;
    private final Map<Tensor, Value> values = new HashMap<>();
    private final List<List<Trace.Step>> steps;
    private int at;

    /**
     * Prepares a translation.
     *
     * @param input
     *            the input of the model
     * @param batch
     *            the size of the batch, a list of one number
     * @param words
     *            the words, [L, B]; null if the model reads none
     * @param length
     *            their number for each example, a list of one number; null if the model reads none
     * @param passes
     *            passes over which each of these sizes changes; the tapes must be open
     */
    public Translation(OnnxGraph graph, Value input, Value batch, @Nullable Value words, @Nullable Value length,
            Pass... passes) {
        this.graph = graph;
        this.input = input;
        this.batch = batch;
        this.words = words;
        this.length = length;
        this.passes = List.of(passes);
        steps = Stream.of(passes).map(pass -> pass.trace().steps()).toList();
    }

    /**
     * Adds all operations to the graph, and returns the output of the model.
     *
     * @throws IllegalArgumentException
     *             if an operation has no translation, or the passes differ in more than their sizes
     */
    public Value result() {
        Pass first = passes.getFirst();
        for (Pass pass : passes) {
            values.put(pass.input(), input);
        }
        for (List<Trace.Step> other : steps) {
            if (other.size() != steps.getFirst().size()) {
                throw new IllegalArgumentException("the model has " + steps.getFirst().size()
                        + " operations for a batch of " + first.batch() + ", but " + other.size()
                        + " for other sizes; ONNX needs the same ones for all sizes");
            }
        }
        for (at = 0; at < steps.getFirst().size(); at++) {
            Trace.Step step = steps.getFirst().get(at);
            for (List<Trace.Step> other : steps) {
                if (!kind(other.get(at)).equals(kind(step))
                        || other.get(at).inputs().size() != step.inputs().size()) {
                    throw new IllegalArgumentException("operation " + (at + 1) + " of the model is " + step
                            + " for a batch of " + first.batch() + ", but " + other.get(at) + " for other sizes");
                }
            }
            values.put(step.output(), translated(step));
        }
        return value(first.output());
    }

    /** What must be the same in all passes: an axis of size 1 is expanded by a reshape. */
    private static String kind(Trace.Step step) {
        return step.op() == Op.Plain.EXPAND ? Op.Plain.RESHAPE.label() : step.op().label();
    }

    private boolean isExpanded() {
        return steps.stream().anyMatch(pass -> pass.get(at).op() == Op.Plain.EXPAND);
    }

    private Value translated(Trace.Step step) {
        return switch (step.op()) {
            case Op.Plain plain -> plain(plain, step);
            case Op.Scale scale -> graph.multiply(in(step, 0), graph.constant(scale.factor()));
            case Op.Power power -> graph.node("Pow", List.of(in(step, 0), graph.constant(power.exponent())));
            case Op.Sum sum -> reduced(step, sum.mean() ? "ReduceMean" : "ReduceSum", sum.axis());
            case Op.Max max -> reduced(step, "ReduceMax", max.axis());
            case Op.Slice slice -> graph.slice(in(step, 0), slice.axis(), size(op -> ((Op.Slice) op).from()),
                    size(op -> ((Op.Slice) op).to()));
            case Op.Step one -> graph.node("Gather", List.of(in(step, 0), graph.whole(one.t())),
                    Attribute.of("axis", 0));
            case Op.Concat concat -> graph.concat(concat.axis(), inputs(step));
            case Op.Examples _ -> throw untranslated("which examples it selects depends on the batch");
            case Op.LookUp lookUp -> graph.node("Gather", List.of(in(step, 0), numbers(lookUp)),
                    Attribute.of("axis", 0));
            case Op.Dropout _,Op.DropoutOfSteps _ -> throw untranslated("dropout is for training passes");
            case Op.Convolution convolution -> convolution(step, convolution.window());
            case Op.MaxPool pool -> pooled("MaxPool", in(step, 0), pool.window());
            case Op.AveragePool pool -> pooled("AveragePool", in(step, 0), pool.window());
            case Op.BatchNorm norm -> batchNorm(step, norm);
            case Op.LayerNorm norm -> graph.node("LayerNormalization", inputs(step), Attribute.of("axis", -1),
                    Attribute.of("epsilon", norm.epsilon()));
            case Op.FeedForward feedForward -> linear(
                    apply(feedForward.nonlinearity(), linear(in(step, 0), in(step, 1), in(step, 2))), in(step, 3),
                    in(step, 4));
            case Op.Attend attend -> attend(step, attend);
            case Op.SelfAttention attention -> selfAttention(step, attention);
            case Op.Recurrent recurrent -> recurrent(step, recurrent);
            case Op.Diagonal diagonal -> diagonal(step, diagonal);
            case Op.MinimalRecurrence minimal -> minimalRecurrence(step, minimal);
            case Op.Custom custom -> {
                if (!(custom.op() instanceof OnnxNodes nodes)) {
                    throw new IllegalArgumentException("the custom op " + custom.label()
                            + " cannot be exported to ONNX: let it implement OnnxNodes");
                }
                yield nodes.nodes(graph, inputs(step));
            }
        };
    }

    private Value plain(Op.Plain op, Trace.Step step) {
        return switch (op) {
            case ADD -> graph.node("Add", inputs(step));
            case SUBTRACT -> graph.node("Sub", inputs(step));
            case MULTIPLY -> graph.node("Mul", inputs(step));
            case DIVIDE -> graph.node("Div", inputs(step));
            case EXP -> graph.node("Exp", in(step, 0));
            case LOG -> graph.node("Log", in(step, 0));
            case S4D -> s4d(step);
            case SIN -> graph.node("Sin", in(step, 0));
            case COS -> graph.node("Cos", in(step, 0));
            case SQRT -> graph.node("Sqrt", in(step, 0));
            case ABS -> graph.node("Abs", in(step, 0));
            case SIGMOID -> graph.node("Sigmoid", in(step, 0));
            case TANH -> graph.node("Tanh", in(step, 0));
            case RELU -> graph.node("Relu", in(step, 0));
            case GELU -> gelu(in(step, 0));
            case TANH_GELU -> tanhGelu(in(step, 0));
            case GATE -> gated(in(step, 0), in(step, 1));
            case GLU -> {
                int n = step.output().shape().size(-1);
                int axis = step.output().shape().axes() - 1;
                yield gated(graph.slice(in(step, 0), axis, graph.list(0), graph.list(n)),
                        graph.slice(in(step, 0), axis, graph.list(n), graph.list(2L * n)));
            }
            case SOFTMAX -> graph.node("Softmax", in(step, 0), Attribute.of("axis", -1));
            case LOG_SOFTMAX -> graph.node("LogSoftmax", in(step, 0), Attribute.of("axis", -1));
            case ADD_TO_EXAMPLES -> graph.add(in(step, 0), graph.unsqueeze(in(step, 1), 1));
            case LINEAR -> linear(in(step, 0), in(step, 1), step.inputs().size() > 2 ? in(step, 2) : NONE);
            case MATMUL -> graph.matmul(in(step, 0), in(step, 1));
            case RESHAPE, EXPAND -> graph.node(isExpanded() ? "Expand" : "Reshape",
                    List.of(in(step, 0), outputShape()));
            case STACK -> graph.concat(0,
                    inputs(step).stream().map(each -> graph.unsqueeze(each, 0)).toList());
            case REVERSE -> graph.node("Slice", List.of(in(step, 0), graph.list(-1), graph.list(Long.MIN_VALUE + 1),
                    graph.list(0), graph.list(-1)));
            case SWAP -> {
                Value swapped = graph.transpose(in(step, 0), 1, 0, 2);
                yield step.output().shape().axes() == 4 ? graph.unsqueeze(swapped, 3) : swapped;
            }
            case TRANSPOSE -> graph.transpose(in(step, 0), 1, 0);
            case PREPEND -> {
                Value shape = graph.concat(0,
                        List.of(graph.list(1), batch, graph.list(step.output().shape().size(2))));
                yield graph.concat(0, List.of(graph.node("Expand", List.of(in(step, 0), shape)), in(step, 1)));
            }
            case FLATTEN -> graph.node("Flatten", graph.transpose(in(step, 0), 0, 3, 1, 2), Attribute.of("axis", 1));
            case PAIR_WITH_ZERO, CROSS_ENTROPY -> throw untranslated("it is a part of a loss");
        };
    }

    private IllegalArgumentException untranslated(String reason) {
        return new IllegalArgumentException("the operation " + steps.getFirst().get(at).op().label()
                + " cannot be exported to ONNX: " + reason);
    }

    // Values and sizes

    private List<Value> inputs(Trace.Step step) {
        return step.inputs().stream().map(this::value).toList();
    }

    private Value in(Trace.Step step, int i) {
        return value(step.inputs().get(i));
    }

    /** Returns the value of a tensor; one that the pass did not compute is a parameter or a constant. */
    private Value value(Tensor tensor) {
        return values.computeIfAbsent(tensor, this::constant);
    }

    private Value constant(Tensor tensor) {
        if (tensor instanceof Parameter parameter) {
            return graph.constant(parameter.name(), parameter.shape().sizes(), parameter.values());
        }
        for (List<Trace.Step> other : steps) {
            List<Tensor> same = other.get(at).inputs();
            Tensor its = same.get(Math.max(0, steps.getFirst().get(at).inputs().indexOf(tensor)));
            if (!its.shape().equals(tensor.shape()) || !Arrays.equals(its.values(), tensor.values())) {
                throw untranslated("one of its inputs, of shape " + tensor.shape()
                        + ", is a constant that depends on the size of the batch");
            }
        }
        return graph.constant("constant_" + values.size(), tensor.shape().sizes(), tensor.values());
    }

    private Value parameter(Statistic statistic) {
        return graph.constant(statistic.name(), statistic.shape().sizes(), statistic.values());
    }

    /** Returns the shape of the result of this operation, a list. */
    private Value outputShape() {
        Shape shape = steps.getFirst().get(at).output().shape();
        List<Value> parts = new ArrayList<>();
        List<Long> fixed = new ArrayList<>();
        for (int axis = 0; axis < shape.axes(); axis++) {
            int of = axis;
            int[] sizes = steps.stream().mapToInt(pass -> pass.get(at).output().shape().size(of)).toArray();
            if (isFixed(sizes)) {
                fixed.add((long) sizes[0]);
            } else {
                if (!fixed.isEmpty()) {
                    parts.add(list(fixed));
                    fixed.clear();
                }
                parts.add(computed(sizes));
            }
        }
        if (!fixed.isEmpty()) {
            parts.add(list(fixed));
        }
        return graph.concat(0, parts);
    }

    private Value list(List<Long> numbers) {
        return graph.list(numbers.stream().mapToLong(Long::longValue).toArray());
    }

    /** Returns a size that an operation states, a list of one number. */
    private Value size(ToIntFunction<Op> of) {
        int[] sizes = steps.stream().mapToInt(pass -> of.applyAsInt(pass.get(at).op())).toArray();
        return isFixed(sizes) ? graph.list(sizes[0]) : computed(sizes);
    }

    private static boolean isFixed(int... sizes) {
        return IntStream.of(sizes).allMatch(size -> size == sizes[0]);
    }

    /** Returns a size that is a multiple of the size of the batch, of the number of words, or of both. */
    private Value computed(int... sizes) {
        if (isMultiple(sizes, Pass::batch)) {
            return times(batch, sizes[0] / passes.getFirst().batch());
        }
        if (length != null && isMultiple(sizes, Pass::length)) {
            return times(length, sizes[0] / passes.getFirst().length());
        }
        if (length != null && isMultiple(sizes, pass -> pass.batch() * pass.length())) {
            return times(graph.multiply(batch, length),
                    sizes[0] / (passes.getFirst().batch() * passes.getFirst().length()));
        }
        throw untranslated("one of its sizes is not a multiple of the size of the batch");
    }

    private boolean isMultiple(int[] sizes, ToIntFunction<Pass> unit) {
        int first = unit.applyAsInt(passes.getFirst());
        return sizes[0] % first == 0 && IntStream.range(0, sizes.length)
                .allMatch(i -> sizes[i] == sizes[0] / first * unit.applyAsInt(passes.get(i)));
    }

    private Value times(Value size, int factor) {
        return factor == 1 ? size : graph.multiply(size, graph.list(factor));
    }

    /** Returns the rows that a table is asked for: the words, which are the same array, or always the same ones. */
    @SuppressWarnings("ReferenceEquality")
    private Value numbers(Op.LookUp lookUp) {
        if (words != null && lookUp.numbers() == passes.getFirst().words()) {
            return words;
        }
        for (List<Trace.Step> pass : steps) {
            if (!Arrays.equals(((Op.LookUp) pass.get(at).op()).numbers(), lookUp.numbers())) {
                throw untranslated("the rows that it looks up depend on the batch, and are not the words");
            }
        }
        Value rows = graph.list(IntStream.of(lookUp.numbers()).asLongStream().toArray());
        Shape shape = steps.getFirst().get(at).output().shape();
        long[] sizes = IntStream.range(0, shape.axes() - 1).mapToLong(shape::size).toArray();
        return graph.reshape(rows, sizes);
    }

    // Operations

    /** {@code x W^T + b} in a body of the graph. */
    private Value linear(OnnxGraph body, Value x, Value w, Value b) {
        return body.add(body.matmul(x, graph.transpose(w, 1, 0)), b);
    }

    /** {@code x W^T + b}. */
    private Value linear(Value x, Value w, Value b) {
        Value y = graph.matmul(x, graph.transpose(w, 1, 0));
        return b.equals(NONE) ? y : graph.add(y, b);
    }

    /** {@code x = l x' + p (B u), y = f Re(C x) + D u}, with real and imaginary parts apart. */
    private Value diagonal(Trace.Step step, Op.Diagonal op) {
        List<Tensor> inputs = step.inputs();
        if (inputs.stream().skip(1).anyMatch(values::containsKey)) {
            throw untranslated("its weights are computed in the graph");
        }
        int n = inputs.get(1).shape().size(0);
        int h = inputs.get(8).shape().size(0);
        float[] numbers = op.numbers(inputs);
        float[] bRe = inputs.get(4).values();
        float[] bIm = inputs.get(5).values();
        float[] cRe = inputs.get(6).values();
        float[] cIm = inputs.get(7).values();
        float[][] in = new float[2][h * n]; // the transpose of p B
        float[][] out = new float[2][n * h]; // the transpose of f C
        for (int s = 0; s < n; s++) {
            float re = numbers[2 * n + s];
            float im = numbers[3 * n + s];
            for (int j = 0; j < h; j++) {
                in[0][j * n + s] = re * bRe[s * h + j] - im * bIm[s * h + j];
                in[1][j * n + s] = re * bIm[s * h + j] + im * bRe[s * h + j];
                out[0][s * h + j] = op.kind().factor() * cRe[j * n + s];
                out[1][s * h + j] = -op.kind().factor() * cIm[j * n + s];
            }
        }
        String name = "diagonal_" + at + ".";
        Value lRe = graph.constant(name + "l_re", new int[] {n}, Arrays.copyOf(numbers, n));
        Value lIm = graph.constant(name + "l_im", new int[] {n}, Arrays.copyOfRange(numbers, n, 2 * n));
        Value u = in(step, 0);
        Value vRe = graph.matmul(u, graph.constant(name + "b_re", new int[] {h, n}, in[0]));
        Value vIm = graph.matmul(u, graph.constant(name + "b_im", new int[] {h, n}, in[1]));
        Value zeros = graph.node("ConstantOfShape", graph.concat(0, List.of(graph.size(u, 1), graph.list(n))));

        OnnxGraph body = graph.body();
        Value beforeRe = body.input();
        Value beforeIm = body.input();
        Value re = body.add(body.input(), body.node("Sub", List.of(body.multiply(beforeRe, lRe),
                body.multiply(beforeIm, lIm))));
        Value im = body.add(body.input(), body.add(body.multiply(beforeIm, lRe), body.multiply(beforeRe, lIm)));
        List.of(re, im, re, im).forEach(body::output);

        List<Value> states = graph.scan(body, List.of(zeros, zeros), List.of(vRe, vIm), 2);
        Value y = graph.add(graph.matmul(states.get(2), graph.constant(name + "c_re", new int[] {n, h}, out[0])),
                graph.matmul(states.get(3), graph.constant(name + "c_im", new int[] {n, h}, out[1])));
        return graph.add(y, graph.multiply(u, in(step, 8)));
    }

    private Value apply(Nonlinearity f, Value x) {
        return switch (f) {
            case RELU -> graph.node("Relu", x);
            case GELU -> gelu(x);
        };
    }

    private Value gated(Value v, Value w) {
        return graph.multiply(v, graph.node("Sigmoid", w));
    }

    /** {@code x sigmoid(x (c0 + c1 x^2))}, which is the approximation by tanh. */
    private Value tanhGelu(Value x) {
        if (graph.operators().areFrom(20)) {
            return graph.node("Gelu", x, Attribute.of("approximate", "tanh"));
        }
        double c0 = 2 * Math.sqrt(2 / Math.PI);
        Value square = graph.multiply(graph.multiply(x, x), graph.constant((float) (0.044715 * c0)));
        return gated(x, graph.multiply(x, graph.add(square, graph.constant((float) c0))));
    }

    private Value gelu(Value x) {
        if (graph.operators().areFrom(20)) {
            return graph.node("Gelu", x);
        }
        Value erf = graph.node("Erf", graph.multiply(x, graph.constant((float) Math.sqrt(0.5))));
        Value share = graph.multiply(graph.add(erf, graph.constant(1)), graph.constant(0.5f));
        return graph.multiply(x, share);
    }

    /** A reduction along an axis, or of all axes if it is -1, which leaves [1]. */
    private Value reduced(Trace.Step step, String operator, int axis) {
        Value x = in(step, 0);
        int[] axes = axis < 0
                ? IntStream.range(0, step.inputs().getFirst().shape().axes()).toArray()
                : new int[] {axis};
        Attribute dropped = Attribute.of("keepdims", 0);
        boolean asInput = operator.equals("ReduceSum") || graph.operators().areFrom(18);
        Value y = asInput
                ? graph.node(operator, List.of(x, graph.list(IntStream.of(axes).asLongStream().toArray())), dropped)
                : graph.node(operator, x, Attribute.of("axes", axes), dropped);
        return axes.length == step.inputs().getFirst().shape().axes() ? graph.reshape(y, 1) : y;
    }

    private Value convolution(Trace.Step step, Window window) {
        int pad = window.padding();
        return channelsLast(graph.node("Conv", List.of(channelsFirst(in(step, 0)), in(step, 1), in(step, 2)),
                Attribute.of("kernel_shape", window.rows(), window.columns()),
                Attribute.of("strides", window.stride(), window.stride()), Attribute.of("pads", pad, pad, pad, pad)));
    }

    private Value pooled(String operator, Value x, Window window) {
        return channelsLast(graph.node(operator, channelsFirst(x),
                Attribute.of("kernel_shape", window.rows(), window.columns()),
                Attribute.of("strides", window.stride(), window.stride())));
    }

    private Value channelsFirst(Value x) {
        return graph.transpose(x, 0, 3, 1, 2);
    }

    private Value channelsLast(Value x) {
        return graph.transpose(x, 0, 2, 3, 1);
    }

    private Value batchNorm(Trace.Step step, Op.BatchNorm norm) {
        boolean images = step.inputs().getFirst().shape().axes() == 4;
        int channels = step.inputs().getFirst().shape().size(-1);
        Value x = images ? channelsFirst(in(step, 0)) : graph.reshape(in(step, 0), -1, channels);
        Value y = graph.node("BatchNormalization",
                List.of(x, in(step, 1), in(step, 2), parameter(norm.mean()), parameter(norm.variance())),
                Attribute.of("epsilon", norm.epsilon()));
        if (norm.relu()) {
            y = graph.node("Relu", y);
        }
        if (norm.pooled() > 0) {
            y = graph.node("MaxPool", y, Attribute.of("kernel_shape", norm.pooled(), norm.pooled()),
                    Attribute.of("strides", norm.pooled(), norm.pooled()));
        }
        return images ? channelsLast(y) : graph.node("Reshape", List.of(y, outputShape()));
    }

    private Value selfAttention(Trace.Step step, Op.SelfAttention op) {
        boolean bias = step.inputs().size() == 5;
        Value x = in(step, 0);
        Value[] projected = new Value[3]; // queries, keys, values
        List<Value> weights = thirds(in(step, 1));
        List<Value> biases = bias ? thirds(in(step, 2)) : List.of();
        for (int i = 0; i < projected.length; i++) {
            projected[i] = linear(x, weights.get(i), bias ? biases.get(i) : NONE);
        }
        Value heads = attention(projected[0], projected[1], projected[2], op.heads(), op.width(), op.mask());
        return linear(heads, in(step, bias ? 3 : 2), in(step, bias ? 4 : 3));
    }

    /** Splits x into three equal parts along the first axis. */
    private List<Value> thirds(Value x) {
        Attribute axis = Attribute.of("axis", 0);
        return graph.operators().areFrom(18)
                ? graph.nodes("Split", 3, List.of(x), axis, Attribute.of("num_outputs", 3))
                : graph.nodes("Split", 3, List.of(x), axis);
    }

    private Value attend(Trace.Step step, Op.Attend op) {
        int columns = op.heads() * op.width();
        return attention(columns(step, 0, op.q(), columns), columns(step, 1, op.k(), columns),
                columns(step, 2, op.v(), columns), op.heads(), op.width(), op.mask());
    }

    private Value columns(Trace.Step step, int i, int from, int count) {
        return step.inputs().get(i).shape().size(2) == count
                ? in(step, i)
                : graph.slice(in(step, i), 2, graph.list(from), graph.list(from + count));
    }

    /** Attention of sequences [T, B, heads width], with the same shape as the result. */
    private Value attention(Value queries, Value keys, Value values, int heads, int width, Mask mask) {
        if (mask.lengths().length > 0) {
            throw untranslated("its mask depends on the batch");
        }
        Value q = graph.transpose(graph.reshape(queries, 0, 0, heads, width), 1, 2, 0, 3);
        Value k = graph.transpose(graph.reshape(keys, 0, 0, heads, width), 1, 2, 3, 0);
        Value v = graph.transpose(graph.reshape(values, 0, 0, heads, width), 1, 2, 0, 3);
        Value scores = graph.multiply(graph.matmul(q, k), graph.constant((float) (1 / Math.sqrt(width))));
        Value visible = mask.causal() ? graph.add(scores, causal(graph.size(queries, 0))) : scores;
        Value probabilities = graph.node("Softmax", visible, Attribute.of("axis", -1));
        return graph.reshape(graph.transpose(graph.matmul(probabilities, v), 2, 0, 1, 3), 0, 0,
                (long) heads * width);
    }

    /** Returns 0 for each pair of a step and an earlier or the same one, and -infinity for later ones. */
    private Value causal(Value steps) {
        Value hidden = graph.node("Expand",
                List.of(graph.constant(Float.NEGATIVE_INFINITY), graph.concat(0, List.of(steps, steps))));
        return graph.node("Trilu", List.of(hidden, graph.whole(1)), Attribute.of("upper", 1));
    }

    private Value recurrent(Trace.Step step, Op.Recurrent op) {
        boolean all = op.output() == Sequences.Output.ALL_STEPS;
        return switch (op.cell().kind()) {
            case RNN_TANH -> recurrent(step, all, "RNN", List.of(Attribute.of("activations", List.of("Tanh"))), 0);
            case RNN_RELU -> recurrent(step, all, "RNN", List.of(Attribute.of("activations", List.of("Relu"))), 0);
            case LSTM -> recurrent(step, all, "LSTM", List.of(), 0, 3, 1, 2); // from i, f, g, o to i, o, f, g
            case GRU -> recurrent(step, all, "GRU", List.of(Attribute.of("linear_before_reset", 1)),
                    1, 0, 2); // from r, z, n to z, r, n
            case LEM -> lem(step, all, (float) op.cell().dt());
            case UR_LSTM -> urLstm(step, all);
        };
    }

    /** Returns all states or the last one, by the operator of a kind of layer, whose gates have another order. */
    private Value recurrent(Trace.Step step, boolean all, String operator, List<Attribute> settings, int... order) {
        int hidden = step.inputs().get(2).shape().size(1);
        List<Value> inputs = new ArrayList<>(List.of(in(step, 0), gates(order, step.inputs().subList(1, 2)),
                gates(order, step.inputs().subList(2, 3)), gates(order, step.inputs().subList(3, 5))));
        List<Tensor> initial = step.inputs().subList(5, step.inputs().size());
        if (initial.stream().anyMatch(state -> values.containsKey(state) || !isZero(state))) {
            inputs.add(NONE); // sequence lengths: all are the same
            initial.forEach(state -> inputs.add(graph.unsqueeze(value(state), 0)));
        }
        List<Attribute> attributes = new ArrayList<>(List.of(Attribute.of("hidden_size", hidden)));
        attributes.addAll(settings);
        // [T, 1, B, H] and [1, B, H]
        List<Value> y = graph.nodes(operator, 2, inputs, attributes.toArray(Attribute[]::new));
        return all
                ? graph.node("Squeeze", List.of(y.get(0), graph.list(1)))
                : graph.node("Squeeze", List.of(y.get(1), graph.list(0)));
    }

    /**
     * An S4D layer is a causal convolution of each channel with its impulse response, which is as long as the sequence. It is
     * computed here, in double precision: the angle of a mode grows with every step, and float32 would lose digits.
     */
    private Value s4d(Trace.Step step) {
        List<Tensor> weights = step.inputs().subList(1, 6);
        if (!weights.stream().allMatch(Parameter.class::isInstance)) {
            throw untranslated("its weights must be parameters");
        }
        int count = step.inputs().getFirst().shape().size(0);
        if (!isFixed(steps.stream().mapToInt(pass -> pass.get(at).output().shape().size(0)).toArray())) {
            throw untranslated("the number of steps depends on the size of the batch");
        }
        float[][] responses = new S4dWeights(weights.get(0), weights.get(1), weights.get(2), weights.get(3),
                weights.get(4)).impulseResponse(count);
        FloatBuffer reversed = FloatBuffer.allocate(responses.length * count); // ONNX does not mirror its kernels
        for (float[] response : responses) {
            for (int t = count - 1; t >= 0; t--) {
                reversed.put(response[t]);
            }
        }
        Value kernel = graph.constant(((Parameter) weights.get(3)).name() + ".response." + count,
                new int[] {responses.length, 1, count}, reversed.array());
        Value y = graph.node("Conv", List.of(graph.transpose(in(step, 0), 1, 2, 0), kernel),
                Attribute.of("kernel_shape", new int[] {count}), Attribute.of("group", responses.length),
                Attribute.of("pads", count - 1, 0));
        return graph.transpose(y, 2, 0, 1);
    }

    /** The formulas of {@code tensor.Recurrence}, step by step. */
    private Value lem(Trace.Step step, boolean all, float dt) {
        int n = step.inputs().get(2).shape().size(1);
        Value ofInput = linear(in(step, 0), in(step, 1), in(step, 3));
        OnnxGraph body = graph.body();
        Value h = body.input();
        Value c = body.input();
        Value a = body.input();
        Value ofState = linear(body, h, in(step, 2), in(step, 4));
        Value r = body.multiply(graph.constant(dt),
                body.node("Sigmoid", body.add(block(body, a, 1, 0, n), block(body, ofState, 1, 0, n))));
        Value s = body.multiply(graph.constant(dt),
                body.node("Sigmoid", body.add(block(body, a, 1, 1, n), block(body, ofState, 1, 1, n))));
        Value u = body.node("Tanh", body.add(block(body, a, 1, 3, n), block(body, ofState, 1, 2, n)));
        Value nextC = approach(body, c, s, u);
        Value v = body.node("Tanh",
                body.add(block(body, a, 1, 2, n), linear(body, nextC, in(step, 7), in(step, 8))));
        return scanned(step, all, body, ofInput, approach(body, h, r, v), nextC);
    }

    /** The formulas of {@code tensor.Recurrence}, step by step. */
    private Value urLstm(Trace.Step step, boolean all) {
        int n = step.inputs().get(2).shape().size(1);
        Value ofInput = linear(in(step, 0), in(step, 1), in(step, 3));
        OnnxGraph body = graph.body();
        Value h = body.input();
        Value c = body.input();
        Value a = body.add(body.input(), linear(body, h, in(step, 2), in(step, 4)));
        Value e = in(step, 7);
        Value f = body.node("Sigmoid", body.add(block(body, a, 1, 0, n), e));
        Value r = body.node("Sigmoid", body.node("Sub", List.of(block(body, a, 1, 1, n), e)));
        Value g = body.node("Tanh", block(body, a, 1, 2, n));
        Value o = body.node("Sigmoid", block(body, a, 1, 3, n));
        Value square = body.multiply(f, f);
        Value k = body.add(square, body.multiply(body.add(r, r), body.node("Sub", List.of(f, square))));
        Value nextC = approach(body, g, k, c);
        return scanned(step, all, body, ofInput, body.multiply(o, body.node("Tanh", nextC)), nextC);
    }

    /** Returns all states h or the last one, from a body that computes h and c of a step. */
    private Value scanned(Trace.Step step, boolean all, OnnxGraph body, Value ofInput, Value h, Value c) {
        List.of(h, c, h).forEach(body::output);
        List<Value> y = graph.scan(body, List.of(state(step, 5, ofInput), state(step, 6, ofInput)), List.of(ofInput),
                1);
        return y.get(all ? 2 : 0);
    }

    /** {@code c = sigmoid(min(v, 0)) + max(v, 0), h = h' + z (c - h')}, step by step. */
    private Value minimalRecurrence(Trace.Step step, Op.MinimalRecurrence op) {
        Value sums = in(step, 0);
        int n = step.inputs().get(1).shape().size(1);
        Value v = block(graph, sums, 2, 0, n);
        Value candidate = graph.add(
                graph.node("Sigmoid", graph.node("Min", List.of(v, graph.constant(0)))), graph.node("Relu", v));
        Value share = graph.node("Sigmoid", block(graph, sums, 2, 1, n));
        if (op.kind() == MinimalKind.LSTM) {
            Value in = graph.node("Sigmoid", block(graph, sums, 2, 2, n));
            share = graph.node("Div", List.of(in, graph.add(share, in)));
        }
        Value first = state(step, 1, sums);
        OnnxGraph body = graph.body();
        Value before = body.input();
        Value z = body.input();
        Value c = body.input();
        Value now = approach(body, before, z, c);
        body.output(now);
        body.output(now);
        return graph.scan(body, List.of(first), List.of(share, candidate), 1).getLast();
    }

    /** Block i of n values of an axis. */
    private static Value block(OnnxGraph graph, Value x, int axis, int i, int n) {
        return graph.slice(x, axis, graph.list((long) i * n), graph.list((i + 1L) * n));
    }

    /** {@code h + z (c - h)}. */
    private static Value approach(OnnxGraph body, Value h, Value z, Value c) {
        return body.add(h, body.multiply(z, body.node("Sub", List.of(c, h))));
    }

    /** Returns an initial state, [B, H]; zeros of the size of the batch, which is axis 1 of x, if it is zero. */
    private Value state(Trace.Step step, int i, Value x) {
        Tensor state = step.inputs().get(i);
        int hidden = state.shape().size(1);
        return values.containsKey(state) || !isZero(state)
                ? value(state)
                : graph.node("ConstantOfShape", graph.concat(0, List.of(graph.size(x, 1), graph.list(hidden))));
    }

    private static boolean isZero(Tensor state) {
        for (float value : state.values()) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /** Joins parameters of one direction, each with its gates in ONNX's order: [1, ...]. */
    private Value gates(int[] order, List<Tensor> parts) {
        int elements = parts.stream().mapToInt(part -> part.shape().elements()).sum();
        FloatBuffer all = FloatBuffer.allocate(elements);
        StringBuilder name = new StringBuilder();
        for (Tensor part : parts) {
            if (!(part instanceof Parameter parameter)) {
                throw untranslated("its weights must be parameters");
            }
            float[] numbers = parameter.values();
            int gate = numbers.length / order.length;
            IntStream.of(order).forEach(i -> all.put(numbers, i * gate, gate));
            name.append(parameter.name()).append('.');
        }
        Shape shape = parts.getFirst().shape();
        int[] stacked = shape.axes() == 1
                ? new int[] {1, elements}
                : new int[] {1, shape.size(0), shape.size(1)};
        return graph.constant(name.append("gates").toString(), stacked, all.array());
    }
}
