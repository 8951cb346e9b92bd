package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.geometry.DropoutMask;
import scanline.engine.random.RandomKey;

/**
 * The record of one pass. A tape creates the tensors, records a backward function for each operation, and runs these in
 * reverse. Operations are recorded in execution order, so the reverse order needs no sorting and no recursion. Closing
 * the tape releases its buffers; its tensors must not be used afterwards.
 */
public final class Tape implements AutoCloseable {
    private static final RandomKey NO_KEY = new RandomKey(0);

    private record Step(Tensor result, Runnable backward) {}

    private final Memory memory;
    private final boolean training;
    private final RandomKey random;
    private final List<Step> steps = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private int draws;

    private Tape(Memory memory, boolean training, RandomKey random) {
        this.memory = memory;
        this.training = training;
        this.random = random;
    }

    /**
     * Starts a training pass: dropout is active, and {@link #backward} adds to the gradients of the parameters.
     *
     * @param random
     *            the key of the pass's random numbers; use a different one for each training step
     */
    public static Tape training(Memory memory, RandomKey random) {
        return new Tape(memory, true, random);
    }

    /** Starts an inference pass: nothing is recorded, and dropout is inactive. */
    public static Tape inference(Memory memory) {
        return new Tape(memory, false, NO_KEY);
    }

    /** Returns whether this is a training pass. */
    public boolean training() {
        return training;
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
     */
    public Tensor input(Shape shape, float[] values) {
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException("shape " + shape + " does not have " + values.length + " elements");
        }
        Buffer value = scratch(values.length);
        value.write(0, values, 0, values.length);
        return new Tensor(this, shape, value, false, null);
    }

    /** Creates the result of an operation; a gradient flows to it if one flows to any of its sources. */
    Tensor result(Shape shape, Tensor... sources) {
        boolean needsGradient = false;
        for (Tensor source : sources) {
            needsGradient |= source.needsGradient();
        }
        return new Tensor(this, shape, scratch(shape.elements()), training && needsGradient, null);
    }

    /** Creates another view of the values of x, with as many elements; its gradient is its own. */
    Tensor view(Shape shape, Tensor x) {
        return new Tensor(this, shape, x.value(), training && x.needsGradient(), null);
    }

    /** Returns a buffer that lives as long as the tape; its content is undefined. */
    Buffer scratch(int length) {
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
            steps.add(new Step(result, backward));
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
     * intermediate results are released; those of parameters remain.
     *
     * @throws IllegalArgumentException
     *             if the loss does not have exactly one element, or this is an inference pass
     */
    public void backward(Tensor loss) {
        if (!training || loss.shape().elements() != 1) {
            throw new IllegalArgumentException("backward needs a training pass and a loss with exactly one element");
        }
        backend().fill(loss.gradient(), 0, 1, 1f);
        for (Step step : steps.reversed()) {
            if (step.result().hasGradient()) {
                step.backward().run();
                step.result().releaseGradient();
            }
        }
    }

    /** Releases the buffers of the pass. */
    @Override
    public void close() {
        buffers.forEach(memory::giveBack);
        buffers.clear();
        steps.clear();
    }

    /** Returns the tape of the first tensor that is on one. */
    static Tape of(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            Tape tape = tensor.tape();
            if (tape != null) {
                return tape;
            }
        }
        throw new IllegalArgumentException("an operation needs at least one tensor that is on a tape");
    }
}
