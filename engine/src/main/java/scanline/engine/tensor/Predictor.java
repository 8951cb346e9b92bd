package scanline.engine.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.RepeatedPasses;
import scanline.engine.backend.RepeatedPasses.Repeated;

/**
 * A frozen model that only predicts. It copies the weights, so that later changes of them do not concern it, and computes
 * once what depends on them alone. The first prediction of a number of examples records the operations of a pass; later
 * ones repeat them, without a tape, and allocate nothing. The results have the bits of an {@link Engine#inference} pass.
 *
 * <p>
 * Any number of threads may use a predictor at the same time: each call has a work space of its own, with its own copy of
 * the weights, which later calls use again.
 */
public final class Predictor implements AutoCloseable {
    // After this time without work, waking other threads takes longer than a prediction.
    private static final long AWAKE_NANOS = 1_000_000;

    private final Function<Weights, ? extends UnaryOperator<Tensor>> model;
    private final IntFunction<Shape> input;
    private final String backend;
    private final int threads;
    private final Map<String, float[]> values = new HashMap<>();
    private final Deque<Space> free = new ArrayDeque<>();
    private int inUse;
    private boolean closed;

    private Predictor(Function<Weights, ? extends UnaryOperator<Tensor>> model, IntFunction<Shape> input,
            String backend, int threads) {
        this.model = model;
        this.input = input;
        this.backend = backend;
        this.threads = threads;
    }

    /**
     * Creates a predictor with the present values of some weights.
     *
     * @param weights
     *            the weights of the model
     * @param model
     *            builds the model with other weights of the same names, and returns its forward pass
     * @param input
     *            the shape of the model's input for a number of examples
     * @param threads
     *            the number of threads that a prediction may use; the results do not depend on it
     */
    public static Predictor of(Weights weights, Function<Weights, ? extends UnaryOperator<Tensor>> model,
            IntFunction<Shape> input, int threads) {
        return of(weights, model, input, Backend.chosenName(), threads);
    }

    /**
     * Creates a predictor as {@link #of(Weights, Function, IntFunction, int)} does, on a backend by its name.
     *
     * @throws IllegalArgumentException
     *             if no backend has this name
     */
    public static Predictor of(Weights weights, Function<Weights, ? extends UnaryOperator<Tensor>> model,
            IntFunction<Shape> input, String backend, int threads) {
        Backend.requireName(backend);
        Predictor predictor = new Predictor(model, input, backend, threads);
        weights.parameters().forEach(each -> predictor.values.put(each.name(), each.values()));
        weights.statistics().forEach(each -> predictor.values.put(each.name(), each.values()));
        return predictor;
    }

    /**
     * Predicts.
     *
     * @param examples
     *            the values of the model's input, row-major; the rest of a longer array is ignored
     * @param count
     *            the number of examples
     * @param output
     *            receives the values of the model's output, row-major
     * @return the number of values of the output
     * @throws IllegalArgumentException
     *             if one of the arrays is too short
     * @throws IllegalStateException
     *             if the predictor has been closed
     */
    public int predict(float[] examples, int count, float[] output) {
        Space space = take();
        try {
            return space.predict(examples, count, output);
        } finally {
            giveBack(space);
        }
    }

    private synchronized Space take() {
        if (closed) {
            throw new IllegalStateException("this predictor has been closed");
        }
        inUse++;
        // While others compute, a call uses one thread: together they use as many as there are calls.
        Space space = free.isEmpty() ? new Space(inUse == 1 ? threads : 1) : free.removeFirst();
        space.alone = inUse > 1;
        return space;
    }

    private synchronized void giveBack(Space space) {
        inUse--;
        if (closed) {
            space.engine.close();
        } else if (space.threads > 1) {
            free.addFirst(space);
        } else {
            free.addLast(space);
        }
    }

    /** Ends the threads and discards the weights. Predictions that are being computed end first. */
    @Override
    public synchronized void close() {
        closed = true;
        free.forEach(space -> space.engine.close());
        free.clear();
    }

    /** The passes of one call at a time, for each number of examples. */
    private final class Space {
        private final int threads;
        private final Engine engine;
        private final UnaryOperator<Tensor> forward;
        private @Nullable Pass[] passes = new Pass[2];
        private boolean alone;
        private long used;

        Space(int threads) {
            this.threads = threads;
            engine = Engine.open(backend, threads);
            Weights weights = engine.weights();
            forward = model.apply(weights);
            weights.parameters().forEach(each -> each.value().write(0, copied(each.name()), 0, each.value().length()));
            weights.statistics().forEach(each -> each.value().write(0, copied(each.name()), 0, each.value().length()));
        }

        private float[] copied(String name) {
            float[] copied = values.get(name);
            if (copied == null) {
                throw new IllegalArgumentException("the model of a predictor has a parameter " + name
                        + ", which the weights that it was created with do not have");
            }
            return copied;
        }

        int predict(float[] examples, int count, float[] output) {
            Pass pass = count < passes.length ? passes[count] : null;
            if (pass == null) {
                pass = new Pass(engine.backend(), input.apply(count), forward);
                passes = Arrays.copyOf(passes, Math.max(passes.length, count + 1));
                passes[count] = pass;
            }
            long now = System.nanoTime();
            boolean asleep = now - used > AWAKE_NANOS;
            int length = pass.predict(examples, output, alone || asleep);
            used = System.nanoTime();
            return length;
        }
    }

    /** A pass for a number of examples. */
    private static final class Pass {
        private final Engine engine;
        private final Shape shape;
        private final UnaryOperator<Tensor> forward;
        private final Tensor x;
        private final Tensor y;
        private final @Nullable Repeated repeated;

        Pass(Backend backend, Shape shape, UnaryOperator<Tensor> forward) {
            engine = new Engine(backend); // whose memory no other pass uses
            this.shape = shape;
            this.forward = forward;
            Tape tape = engine.inference(); // never closed: its buffers are those of the repeated pass
            x = tape.input(shape, new float[shape.elements()]);
            Tensor[] result = new Tensor[1];
            Repeated recorded = backend instanceof RepeatedPasses passes
                    ? passes.repeated(() -> result[0] = forward.apply(x))
                    : null;
            y = recorded == null ? forward.apply(x) : result[0];
            repeated = tape.isRead() ? null : recorded;
        }

        int predict(float[] examples, float[] output, boolean alone) {
            int length = y.shape().elements();
            if (examples.length < shape.elements() || output.length < length) {
                throw new IllegalArgumentException("a prediction of input " + shape + " needs arrays of at least "
                        + shape.elements() + " and " + length + " floats, not " + examples.length + " and "
                        + output.length);
            }
            if (repeated == null) {
                try (Tape tape = engine.inference()) {
                    Tensor in = tape.input(shape, Arrays.copyOf(examples, shape.elements()));
                    forward.apply(in).value().read(0, output, 0, length);
                }
                return length;
            }
            x.value().write(0, examples, 0, shape.elements());
            if (alone) {
                repeated.runAlone();
            } else {
                repeated.run();
            }
            y.value().read(0, output, 0, length);
            return length;
        }
    }
}
