package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.geometry.DropoutMask;
import scanline.engine.random.RandomKey;

/**
 * The record of one pass. A tape creates the tensors, records a backward function for each operation, and runs these in
 * reverse. Operations are recorded in execution order, so the reverse order needs no sorting and no recursion. Closing
 * the tape releases its buffers; its tensors must not be used afterwards.
 */
public final class Tape implements AutoCloseable {
    static final RandomKey NO_KEY = new RandomKey(0);
    private static final String PACKAGE = Tape.class.getPackageName() + ".";

    private record Step(Tensor result, Runnable backward, Trace.@Nullable Step traced) {}

    private final Memory memory;
    private final boolean training;
    private final boolean recording;
    private final RandomKey random;
    private final List<Step> steps = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private int draws;
    private boolean closed;
    private @Nullable Trace trace;
    private Trace.@Nullable Step whole; // the operation that the running ones compose, in a trace
    private @Nullable Tensor propagated;
    private boolean read;

    Tape(Memory memory, boolean training, boolean recording, RandomKey random) {
        this.memory = memory;
        this.training = training;
        this.recording = recording;
        this.random = random;
    }

    /** Returns whether this is a training pass. */
    public boolean training() {
        return training;
    }

    /** Returns whether {@link #backward} can compute gradients. */
    boolean recording() {
        return recording;
    }

    /** The backend that computes the pass. */
    public Backend backend() {
        return memory.backend();
    }

    /**
     * Creates an input of the pass, to which no gradient flows.
     *
     * @param values
     *            one for each element of {@code shape}, row-major
     * @throws IllegalArgumentException
     *             if there are more or fewer
     * @throws IllegalStateException
     *             if the tape has been closed
     */
    public Tensor input(Shape shape, float[] values) {
        return input(shape, values, false);
    }

    /**
     * Creates an input of the pass. {@link Tensor#gradients} of an input with a gradient can be read from
     * {@link #backward} until the tape is closed, for saliency maps (Simonyan et al. 2014) and adversarial examples
     * (Goodfellow et al. 2015).
     *
     * @param values
     *            one for each element of {@code shape}, row-major
     * @param withGradient
     *            whether {@link #backward} computes the gradient of the input
     * @throws IllegalArgumentException
     *             if there are more or fewer
     * @throws IllegalStateException
     *             if a gradient is asked of a pass that records none, or the tape has been closed
     */
    public Tensor input(Shape shape, float[] values, boolean withGradient) {
        if (withGradient && !recording) {
            throw new IllegalStateException("the input of shape " + shape + " cannot have a gradient in an inference"
                    + " pass: start the pass with Engine.inferenceWithGradients or Engine.training");
        }
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException("an input of shape " + shape + " has " + shape.elements()
                    + " elements, but the number of values is " + values.length);
        }
        Buffer value = scratch(values.length);
        value.write(0, values, 0, values.length);
        return new Tensor(this, shape, value, withGradient, null);
    }

    /**
     * Starts to record what the pass computes: its operations from now on, with the time that each takes, forward and
     * backward.
     *
     * @return the trace, to which operations are added while the pass goes on
     */
    public Trace startTrace() {
        Trace started = new Trace();
        trace = started;
        return started;
    }

    /** Returns whether a trace of the operations is recorded. */
    boolean isTraced() {
        return trace != null;
    }

    /** Creates the result of an operation; a gradient flows to it if one flows to any of its sources. */
    Tensor result(Op op, Shape shape, Tensor... sources) {
        if (closed) {
            throw new IllegalStateException(operation() + ": a tensor among those of shapes " + shapes(sources)
                    + " was used after its tape was closed, and its memory is in use again");
        }
        boolean needsGradient = false;
        for (Tensor source : sources) {
            requireOwn(source, sources);
            needsGradient |= source.needsGradient();
        }
        Tensor y = new Tensor(this, shape, scratch(shape.elements()), recording && needsGradient, null);
        trace(op, y, sources);
        return y;
    }

    private void trace(Op op, Tensor y, Tensor... sources) {
        if (trace != null && whole == null) {
            trace.add(op, y, sources);
        }
    }

    /**
     * Composes a fused operation from others, on a backend that cannot fuse it. A trace records it as one operation all
     * the same.
     */
    Tensor composed(Op op, Supplier<Tensor> composition, Tensor... sources) {
        if (trace == null || whole != null) {
            return composition.get();
        }
        Trace of = trace;
        Trace.Step step = of.begin(op, sources);
        whole = step;
        try {
            Tensor y = composition.get();
            step.end(y);
            return y;
        } finally {
            whole = null;
        }
    }

    /** Checks that a source of an operation can be used in this pass. */
    private void requireOwn(Tensor source, Tensor... sources) {
        Tape other = source.tape();
        if (other != null && other != this) {
            throw new IllegalArgumentException(operation() + ": the tensors of shapes " + shapes(sources)
                    + " are on different tapes; all tensors of an operation must be on the same one");
        }
        if (source instanceof Parameter parameter && !parameter.isOf(memory.weights())) {
            throw new IllegalArgumentException(operation() + ": parameter " + parameter.name() + " of shape "
                    + parameter.shape() + " is in the memory of backend " + parameter.backend().name()
                    + ", but this pass is computed by " + backend().name());
        }
    }

    private static String shapes(Tensor... tensors) {
        return Stream.of(tensors).map(tensor -> tensor.shape().toString()).collect(Collectors.joining(" and "));
    }

    /** The class and method of the operation that is being applied, for messages: the call that came from outside. */
    private static String operation() {
        return StackWalker.getInstance().walk(frames -> frames
                .takeWhile(frame -> frame.getClassName().startsWith(PACKAGE)).reduce((_, outer) -> outer)
                .map(frame -> frame.getClassName().substring(PACKAGE.length()) + "." + frame.getMethodName())
                .orElseThrow());
    }

    /** Returns an array of exactly that length, for a {@link CustomOp}; its content is undefined. */
    float[] array(int length) {
        return memory.takeArray(length);
    }

    /** Returns an array to the pool. */
    void giveBack(float[] array) {
        memory.giveBack(array);
    }

    /** Creates another view of the values of x, with as many elements; its gradient is its own. */
    Tensor view(Shape shape, Tensor x) {
        Tensor y = new Tensor(this, shape, x.value(), recording && x.needsGradient(), null);
        trace(Op.Plain.RESHAPE, y, x);
        return y;
    }

    /** Returns a buffer that lives as long as the tape; its content is undefined. */
    Buffer scratch(int length) {
        requireOpen();
        Buffer buffer = memory.take(length);
        buffers.add(buffer);
        return buffer;
    }

    /** Releases a buffer before the pass ends, so that the next operation finds it in the cache. */
    void release(Buffer buffer) {
        buffers.remove(buffers.lastIndexOf(buffer));
        memory.giveBack(buffer);
    }

    Buffer zeros(int length) {
        Buffer buffer = scratch(length);
        backend().fill(buffer, 0, length, 0f);
        return buffer;
    }

    /** Records the function that propagates the gradient of {@code result} to its sources. */
    void record(Tensor result, Runnable backward) {
        if (result.needsGradient()) {
            steps.add(new Step(result, backward, trace == null ? null : trace.last()));
        }
    }

    /** Returns the dropout mask of an operation; in an inference pass nothing is dropped. */
    DropoutMask dropoutMask(float rate) {
        return training && rate > 0 ? new DropoutMask(draw(), rate) : new DropoutMask(NO_KEY, 0f);
    }

    /** Returns the next random key of this pass; keys depend only on the number of earlier draws. */
    RandomKey draw() {
        return random.at(draws++);
    }

    /**
     * Adds the gradient of {@code loss} to the gradients of everything that it was computed from. The gradients of
     * intermediate results are released; those of parameters remain, and those of inputs until the tape is closed.
     *
     * @throws IllegalArgumentException
     *             if the loss does not have exactly one element or is on another tape, or this is an inference pass
     * @throws IllegalStateException
     *             if the loss was not computed from anything that needs a gradient, or the tape has been closed
     */
    public void backward(Tensor loss) {
        requireOpen();
        if (!recording) {
            throw new IllegalArgumentException("backward needs a pass that records gradients, and this is an inference"
                    + " pass: start it with Engine.training or Engine.inferenceWithGradients");
        }
        if (loss.tape() != this) {
            throw new IllegalArgumentException("backward needs a loss of this tape; this one, of shape " + loss.shape()
                    + ", was not computed on it");
        }
        if (loss.shape().elements() != 1) {
            throw new IllegalArgumentException(
                    "backward needs a loss with exactly one element, not shape " + loss.shape());
        }
        if (loss.isReleased()) {
            throw new IllegalStateException("backward was called twice for this loss of shape " + loss.shape()
                    + ", but a pass goes back once: start a new pass for each training step");
        }
        if (!loss.needsGradient()) {
            throw new IllegalStateException("backward needs a loss to which a gradient flows; this one, of shape "
                    + loss.shape() + ", was not computed from any parameter that is not frozen, or any input with a"
                    + " gradient");
        }
        backend().fill(loss.gradient(), 0, 1, 1f);
        for (Step step : steps.reversed()) {
            if (step.result().hasGradient()) {
                propagate(step);
                step.result().releaseGradient();
            }
        }
        if (trace != null) {
            trace.run(null);
        }
    }

    private void propagate(Step step) {
        if (trace != null) {
            trace.run(step.traced());
        }
        propagated = step.result();
        step.backward().run();
        propagated = null;
    }

    /** Returns whether the gradient of this result is being propagated to its sources: it is read, not added to. */
    @SuppressWarnings("ReferenceEquality")
    boolean propagates(Tensor result) {
        return propagated == result;
    }

    /** Releases the buffers of the pass. */
    @Override
    public void close() {
        closed = true;
        buffers.forEach(memory::giveBack);
        buffers.clear();
        steps.clear();
    }

    /** Notes that values of the pass were read, so what is computed next may depend on them. */
    void noteRead() {
        read = true;
    }

    /** Returns whether values of the pass were read. */
    boolean isRead() {
        return read;
    }

    /** Returns whether {@link #close} has released the buffers. */
    boolean isClosed() {
        return closed;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this tape has been closed, and its memory is in use again");
        }
    }

    /** Returns the tape of the first tensor that is on one. */
    static Tape of(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            Tape tape = tensor.tape();
            if (tape != null) {
                return tape;
            }
        }
        throw new IllegalArgumentException(operation() + " needs at least one tensor that is on a tape; parameters are"
                + " on none, so shapes " + shapes(tensors) + " do not tell in which pass to compute");
    }
}
