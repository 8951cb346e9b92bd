package scanline.engine.tensor;

import scanline.engine.backend.Backend;
import scanline.engine.random.RandomKey;

/**
 * A processor to compute with: a {@link Backend} and the memory of its passes. A training step takes a few lines:
 *
 * <pre>{@code
 * try (Tape tape = engine.training(adam.steps())) {
 *     Tensor logits = model.forward(tape.input(shape, values));
 *     adam.step(Losses.crossEntropy(logits, labels, 0));
 * }
 * }</pre>
 *
 * <p>
 * The buffers of a pass are reused by later passes, so a training loop in its steady state allocates next to nothing.
 * An engine is used by one thread at a time; it divides the work among threads of its own.
 */
public final class Engine implements AutoCloseable {
    private static final RandomKey STEPS = RandomKey.of(0, "steps");

    private final Backend backend;
    private final Memory memory;

    /** Creates an engine that computes with a backend of your own; closing the engine closes the backend. */
    public Engine(Backend backend) {
        this(backend, backend);
    }

    /** Creates an engine for inference with the weights of another backend, whose buffers this one can read. */
    Engine(Backend backend, Backend weights) {
        this.backend = backend;
        memory = new Memory(backend, weights);
    }

    /** Opens an engine with a thread for each processor, on the backend that {@link Backend#load(int)} chooses. */
    public static Engine open() {
        return open(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Opens an engine on the backend that {@link Backend#load(int)} chooses.
     *
     * @param threads
     *            the number of threads it may use, at least 1; the results do not depend on it
     */
    public static Engine open(int threads) {
        return new Engine(Backend.load(threads));
    }

    /**
     * Opens an engine on a backend by its name.
     *
     * @param backend
     *            {@code cpu}, {@code reference}, the slow one that specifies all operations, or one on the module path or
     *            class path
     * @param threads
     *            the number of threads it may use, at least 1; the results do not depend on it
     * @throws IllegalArgumentException
     *             if no backend has this name; the message lists those that there are
     */
    public static Engine open(String backend, int threads) {
        return new Engine(Backend.load(backend, threads));
    }

    /**
     * Creates an empty collection of weights.
     *
     * @param seed
     *            the seed of the initial values of all parameters
     */
    public Weights weights(long seed) {
        return new Weights(backend, seed);
    }

    /**
     * Creates an empty collection of weights whose parameters are all zero: for a model whose weights are loaded or
     * only counted, because drawing initial values takes longer than anything else in a constructor.
     */
    public Weights weights() {
        return new Weights(backend);
    }

    /**
     * Starts a training pass: dropout is active, and {@link Tape#backward} adds to the gradients of the parameters.
     *
     * @param step
     *            the number of the training step, which determines the pass's random numbers
     */
    public Tape training(long step) {
        return training(STEPS.at(step));
    }

    /**
     * Starts a training pass with random numbers of your own.
     *
     * @param random
     *            the key of the pass's random numbers; use a different one for each training step
     */
    public Tape training(RandomKey random) {
        return new Tape(memory, true, true, random);
    }

    /** Starts an inference pass: nothing is recorded, and dropout is inactive. */
    public Tape inference() {
        return new Tape(memory, false, false, Tape.NO_KEY);
    }

    /**
     * Starts an inference pass that records gradients: it computes what {@link #inference} computes, without dropout
     * and with the running statistics of a batch normalization, and {@link Tape#backward} gives the gradients of this.
     * It answers how a trained model depends on its input, as in a saliency map; PyTorch's {@code eval()} without
     * {@code no_grad()}.
     */
    public Tape inferenceWithGradients() {
        return new Tape(memory, false, true, Tape.NO_KEY);
    }

    /** The backend that computes. */
    public Backend backend() {
        return backend;
    }

    /**
     * The total size in bytes of the buffers of all passes, in use or free. It never decreases, because no buffer is
     * ever discarded.
     */
    public long bytes() {
        return memory.bytes();
    }

    /** Ends the threads of the backend. Open passes must be closed before. */
    @Override
    public void close() {
        backend.close();
    }
}
