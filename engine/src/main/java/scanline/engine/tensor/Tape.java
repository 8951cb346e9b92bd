package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.geometry.DropoutMask;
import scanline.engine.random.RandomKey;

/**
 * One pass: makes the tensors, remembers how to undo each op, and plays the undoings backwards. Ops are recorded in the
 * order in which they run, so the reverse of that order is already right: no sorting, no recursion. Closing the tape
 * gives its buffers back; its tensors are then dead.
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
     * A pass that will be undone: dropout drops, and {@link #backward} adds to the gradients of the parameters.
     *
     * @param random
     *            where the pass draws its random numbers from; use another key for each step of training
     */
    public static Tape training(Memory memory, RandomKey random) {
        return new Tape(memory, true, random);
    }

    /** A pass for its result alone: nothing is recorded, nothing is dropped. */
    public static Tape inference(Memory memory) {
        return new Tape(memory, false, NO_KEY);
    }

    /** Whether this pass will be undone. */
    public boolean training() {
        return training;
    }

    /** What computes. */
    public Backend backend() {
        return memory.backend();
    }

    /**
     * An input of the pass, to which no gradient flows.
     *
     * @param values
     *            as many as {@code shape} has elements, row-major
     */
    public Tensor input(Shape shape, float[] values) {
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException("shape " + shape + " has not " + values.length + " elements");
        }
        Buffer value = scratch(values.length);
        value.write(0, values, 0, values.length);
        return new Tensor(this, shape, value, false, null);
    }

    /** A tensor for the result of an op; a gradient flows to it if one flows to any of what it is made from. */
    Tensor result(Shape shape, Tensor... sources) {
        boolean needsGradient = false;
        for (Tensor source : sources) {
            needsGradient |= source.needsGradient();
        }
        return new Tensor(this, shape, scratch(shape.elements()), training && needsGradient, null);
    }

    /** A buffer that lives as long as the tape; its content is left over from an earlier use. */
    Buffer scratch(int length) {
        Buffer buffer = memory.take(length);
        buffers.add(buffer);
        return buffer;
    }

    /** Gives a buffer back before the pass ends: what comes next finds it in the cache. */
    void release(Buffer buffer) {
        buffers.remove(buffers.lastIndexOf(buffer));
        memory.giveBack(buffer);
    }

    Buffer zeros(int length) {
        Buffer buffer = scratch(length);
        backend().fill(buffer, 0, length, 0f);
        return buffer;
    }

    /** Remembers how to pass the gradient of {@code result} on to what it was made from. */
    void record(Tensor result, Runnable backward) {
        if (result.needsGradient()) {
            steps.add(new Step(result, backward));
        }
    }

    /** What an op drops in this pass: nothing in one for inference. */
    DropoutMask dropoutMask(float rate) {
        return training && rate > 0 ? new DropoutMask(draw(), rate) : new DropoutMask(NO_KEY, 0f);
    }

    /** The next key of this pass: the same for the same order of draws. */
    RandomKey draw() {
        return random.at(draws++);
    }

    /**
     * Adds the gradient of {@code loss} to the gradients of everything that it was computed from. Those of results of ops
     * are gone afterwards; those of parameters stay.
     *
     * @throws IllegalArgumentException
     *             if the loss is not a single number, or the pass is for inference
     */
    public void backward(Tensor loss) {
        if (!training || loss.shape().elements() != 1) {
            throw new IllegalArgumentException("only a training pass with a single number as its loss can be undone");
        }
        backend().fill(loss.gradient(), 0, 1, 1f);
        for (Step step : steps.reversed()) {
            if (step.result().hasGradient()) {
                step.backward().run();
                step.result().releaseGradient();
            }
        }
    }

    /** Gives the buffers of the pass back. */
    @Override
    public void close() {
        buffers.forEach(memory::giveBack);
        buffers.clear();
        steps.clear();
    }

    /** The tape that these tensors are on. */
    static Tape of(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            Tape tape = tensor.tape();
            if (tape != null) {
                return tape;
            }
        }
        throw new IllegalArgumentException("an op needs at least one tensor that is on a tape");
    }
}
