package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The operations of a pass in the order in which they were computed, with the time that each took.
 * {@link Tape#startTrace} starts one. A fused operation is recorded as one operation on every backend. The tensors of a
 * trace still have their shapes when the tape is closed, but no longer their values.
 */
public final class Trace {
    /** An operation of the pass. */
    public static final class Step {
        private final Op op;
        private final List<Tensor> inputs;
        private @Nullable Tensor output;
        private long nanos;

        private Step(Op op, List<Tensor> inputs) {
            this.op = op;
            this.inputs = inputs;
        }

        void end(Tensor y) {
            output = y;
        }

        /** What the operation computes. */
        public Op op() {
            return op;
        }

        /** The inputs, in the order that the {@link Op} states. */
        public List<Tensor> inputs() {
            return inputs;
        }

        /** The result. */
        public Tensor output() {
            return Objects.requireNonNull(output);
        }

        /** The parameters among the inputs. */
        public List<Parameter> parameters() {
            return inputs.stream().filter(Parameter.class::isInstance).map(Parameter.class::cast).toList();
        }

        /** The floating-point operations of its products; see {@link Op#flops}. */
        public long flops() {
            return op.flops(inputs, output());
        }

        /** The nanoseconds that it took, forward and backward. */
        public long nanos() {
            return nanos;
        }

        void addNanos(long more) {
            nanos += more;
        }

        @Override
        public String toString() {
            return op.label() + " " + inputs.stream().map(Tensor::shape).toList() + " -> " + output().shape();
        }
    }

    /**
     * A layer of the model in this pass.
     *
     * @param info
     *            the layer
     * @param output
     *            the shape of what its last operation with parameters computed when it was first used
     * @param parameters
     *            the number of its learned values that the pass used
     * @param flops
     *            the floating-point operations of its products in the forward pass
     * @param nanos
     *            the nanoseconds that it took, forward and backward
     */
    public record Layer(LayerInfo info, Shape output, long parameters, long flops, long nanos) {}

    private static final LayerInfo MODEL = new LayerInfo("model", "", "", "");

    private final List<Step> steps = new ArrayList<>();
    private @Nullable Step running;
    private long since;

    Trace() {}

    /** The operations, in order. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /**
     * Groups the operations by layers, in the order in which the layers were first used. An operation belongs to the
     * layer of its first parameter. One without parameters belongs to the layer of the operation before it, and before
     * the first layer to that one.
     */
    public List<Layer> layers() {
        Map<LayerInfo, Sum> sums = new LinkedHashMap<>();
        LayerInfo current = steps.stream().flatMap(step -> step.parameters().stream()).findFirst()
                .map(Parameter::layer).orElse(MODEL);
        Sum last = null;
        for (Step step : steps) {
            List<Parameter> parameters = step.parameters();
            current = parameters.isEmpty() ? current : parameters.getFirst().layer();
            Sum sum = sums.computeIfAbsent(current, _ -> new Sum());
            sum.add(step, last);
            last = sum;
        }
        return sums.entrySet().stream().map(entry -> entry.getValue().of(entry.getKey())).toList();
    }

    private static final class Sum {
        private final Set<Parameter> parameters = new LinkedHashSet<>();
        private @Nullable Shape output;
        private boolean left;
        private long flops;
        private long nanos;

        /**
         * Adds an operation.
         *
         * @param last
         *            the sum to which the operation before it was added
         */
        void add(Step step, @Nullable Sum last) {
            if (last != null && last != this) {
                last.left = true;
            }
            if (output == null || (!left && !step.parameters().isEmpty())) {
                output = step.output().shape();
            }
            parameters.addAll(step.parameters());
            flops += step.flops();
            nanos += step.nanos();
        }

        Layer of(LayerInfo info) {
            long count = parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum();
            return new Layer(info, Objects.requireNonNull(output), count, flops, nanos);
        }
    }

    /** Adds an operation that starts now. */
    void add(Op op, Tensor output, Tensor... inputs) {
        begin(op, inputs).end(output);
    }

    /** Adds an operation that starts now; its result follows. */
    Step begin(Op op, Tensor... inputs) {
        Step step = new Step(op, List.of(inputs));
        steps.add(step);
        run(step);
        return step;
    }

    /** The last operation that was added; null if there is none. */
    @Nullable
    Step last() {
        return steps.isEmpty() ? null : steps.getLast();
    }

    /** Ends the time of the operation that is running, and starts that of another, or of none. */
    void run(@Nullable Step next) {
        long now = System.nanoTime();
        if (running != null) {
            running.addNanos(now - since);
        }
        running = next;
        since = now;
    }
}
