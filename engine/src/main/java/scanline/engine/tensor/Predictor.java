package scanline.engine.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.RepeatedPasses;
import scanline.engine.backend.RepeatedPasses.Prepared;
import scanline.engine.backend.RepeatedPasses.Repeated;

/**
 * A frozen model that only predicts. It copies the weights, so later changes of them do not concern it, and computes once
 * what depends on them alone. The first prediction of a number of examples records the operations of a pass; later ones
 * repeat them, without a tape, and allocate nothing. The results have the bits of an {@link Engine#inference} pass.
 *
 * <p>
 * Any number of threads may use a predictor at the same time: they share the weights, and each call has a work space of
 * its own, which later calls use again. On a backend without {@link RepeatedPasses} they take turns.
 */
public final class Predictor implements AutoCloseable {
    // After this time without work, the other threads of a team sleep; waking them takes about this long.
    private static final long AWAKE_NANOS = 1_000_000;
    private static final long WAKING_NANOS = 1_000_000;
    // Numbers of examples whose passes a work space keeps.
    private static final int MOST_PASSES = 8;
    // Ways to predict: by the thread that calls, by all threads together, and by each thread on chunks of the examples,
    // whose values stay in its caches from one operation to the next.
    private static final int ONE_THREAD = 0;
    private static final int CHUNKS = 2;
    private static final int USUAL_CHUNK = 18; // a multiple of six, the rows of a tile of a product

    private final Engine owner; // of the weights
    private final boolean isShared; // whether other engines can read them
    private final UnaryOperator<Tensor> forward;
    private final IntFunction<Shape> input;
    private final String backend;
    private final int threads;
    private final Prepared prepared = new Prepared();
    private final Deque<Space> free = new ArrayDeque<>();
    private int spaces;
    private int inUse;
    private boolean closed;

    private Predictor(Function<Weights, ? extends UnaryOperator<Tensor>> model, Map<String, float[]> values,
            IntFunction<Shape> input, String backend, int threads) {
        owner = Engine.open(backend, threads);
        isShared = owner.backend() instanceof RepeatedPasses;
        Weights weights = owner.weights();
        forward = model.apply(weights);
        weights.parameters().forEach(each -> copy(values, each.name(), each.value()));
        weights.statistics().forEach(each -> copy(values, each.name(), each.value()));
        weights.parameters().forEach(each -> weights.freeze(each.name())); // they need no gradients
        this.input = input;
        this.backend = backend;
        this.threads = threads;
    }

    private static void copy(Map<String, float[]> values, String name, Buffer to) {
        float[] from = values.get(name);
        if (from == null) {
            throw new IllegalArgumentException("the model of a predictor has a parameter " + name
                    + ", which the weights that it was created with do not have");
        }
        to.write(0, from, 0, from.length);
    }

    /**
     * Creates a predictor with the present values of some weights, on the backend that {@link Backend#load(int)} chooses.
     *
     * @param weights
     *            the weights of the model
     * @param model
     *            builds the model with other weights of the same names, and returns its forward pass, which may be called
     *            by several threads
     * @param input
     *            the shape of the model's input for a number of examples
     * @param threads
     *            the number of threads that a prediction may use; the results do not depend on it
     * @throws IllegalArgumentException
     *             if the model has a parameter that the weights do not have, or {@code threads} is not positive
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
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        Map<String, float[]> values = new HashMap<>();
        weights.parameters().forEach(each -> values.put(each.name(), each.values()));
        weights.statistics().forEach(each -> values.put(each.name(), each.values()));
        return new Predictor(model, values, input, backend, threads);
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
     *             if one of the arrays is too short, or {@code count} is not positive
     * @throws IllegalStateException
     *             if the predictor has been closed
     */
    public int predict(float[] examples, int count, float[] output) {
        if (count < 1) {
            throw new IllegalArgumentException("a prediction needs at least 1 example, not " + count);
        }
        if (isShared) {
            return predictIn(take(), examples, count, output);
        }
        synchronized (owner) {
            return predictIn(take(), examples, count, output);
        }
    }

    private int predictIn(Space space, float[] examples, int count, float[] output) {
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
        Space space = free.pollFirst();
        if (space == null) {
            space = new Space(spaces == 0 ? owner : Engine.open(backend, 1), spaces == 0 ? threads : 1);
            spaces++;
        }
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
        if (spaces == 0) {
            owner.close();
        }
        free.forEach(space -> space.engine.close());
        free.clear();
    }

    /** The work space of one call at a time: a team of threads, and a pass for each number of examples. */
    private final class Space {
        private final int threads;
        private final Engine engine;
        private final @Nullable Pass[] passes = new Pass[MOST_PASSES]; // the last used first
        private boolean alone;
        private long used;

        Space(Engine engine, int threads) {
            this.engine = engine;
            this.threads = threads;
        }

        int predict(float[] examples, int count, float[] output) {
            Pass pass = pass(count);
            pass.requireRoom(examples, output);
            if (alone) {
                pass.predict(examples, output, ONE_THREAD);
                return pass.y.shape().elements();
            }
            long start = System.nanoTime();
            boolean asleep = start - used > AWAKE_NANOS && pass.ways.isKnown();
            pass.predict(examples, output, asleep ? pass.ways.fastest(WAKING_NANOS) : pass.ways.next());
            used = System.nanoTime();
            if (!asleep) {
                pass.ways.took(used - start);
            }
            return pass.y.shape().elements();
        }

        /** Returns the pass for a number of examples, and moves it to the front. */
        private Pass pass(int count) {
            int i = 0;
            while (i < MOST_PASSES - 1 && passes[i] != null && passes[i].count != count) {
                i++;
            }
            Pass pass = passes[i];
            if (pass == null || pass.count != count) {
                pass = new Pass(engine, count, threads, true);
            }
            System.arraycopy(passes, 0, passes, 1, i);
            passes[0] = pass;
            return pass;
        }
    }

    /** A pass for a number of examples. */
    private final class Pass {
        private final Engine engine; // whose memory no other pass uses
        private final int count;
        private final @Nullable Chunks chunks;
        private final Shape shape;
        private final Tensor x;
        private final Tensor y;
        private final @Nullable Repeated repeated;
        private final FastestWay ways;

        Pass(Engine team, int count, int threads, boolean inChunks) {
            engine = new Engine(team.backend(), owner.backend());
            this.count = count;
            shape = input.apply(count);
            Tape tape = engine.inference(); // never closed: its buffers are those of the repeated pass
            x = tape.input(shape, new float[shape.elements()]);
            if (engine.backend() instanceof RepeatedPasses passes) {
                Tensor[] result = new Tensor[1];
                Repeated recorded;
                synchronized (prepared) {
                    recorded = passes.repeated(() -> result[0] = forward.apply(x), prepared);
                }
                y = result[0];
                // What a model computes after it has read values may depend on them.
                repeated = tape.isRead() ? null : recorded;
            } else {
                y = forward.apply(x);
                repeated = null;
            }
            chunks = inChunks && repeated != null && count >= threads ? Chunks.of(this, team, threads) : null;
            ways = new FastestWay(chunks != null ? 3 : repeated != null && threads > 1 ? 2 : 1);
        }

        /** Returns a pass of a chunk, which only {@link #runAlone} computes. */
        Pass ofChunk(Engine team, int size) {
            return new Pass(team, size, 1, false);
        }

        void runAlone() {
            if (repeated != null) {
                repeated.runAlone();
            }
        }

        void requireRoom(float[] examples, float[] output) {
            if (examples.length < shape.elements() || output.length < y.shape().elements()) {
                throw new IllegalArgumentException("a prediction of input " + shape + " needs arrays of at least "
                        + shape.elements() + " and " + y.shape().elements() + " floats, not " + examples.length
                        + " and "
                        + output.length);
            }
        }

        void predict(float[] examples, float[] output, int way) {
            int length = y.shape().elements();
            if (repeated == null) {
                try (Tape tape = engine.inference()) {
                    Tensor in = tape.input(shape, Arrays.copyOf(examples, shape.elements()));
                    forward.apply(in).value().read(0, output, 0, length);
                }
                return;
            }
            if (way == CHUNKS && chunks != null) {
                chunks.predict(examples, output);
                return;
            }
            x.value().write(0, examples, 0, shape.elements());
            if (way == ONE_THREAD) {
                repeated.runAlone();
            } else {
                repeated.run();
            }
            y.value().read(0, output, 0, length);
        }
    }

    /**
     * A pass in chunks of some examples, each of which is computed by one thread. A thread that has finished a chunk
     * takes the next one, so a thread that shares its processor with another program computes fewer of them.
     */
    private static final class Chunks {
        private static final float[] NONE = {};

        private final Pass[] passes; // one for each thread
        private final Runnable onAll;
        private final int count;
        private final int chunks;
        private final AtomicInteger taken = new AtomicInteger();
        private final Axis in;
        private final Axis out;
        private float[] examples = NONE;
        private float[] output = NONE;

        /** The axis of the examples in a shape: {@code outer} blocks with {@code inner} values for each example. */
        private record Axis(int outer, int inner) {
            /** Returns the axis in which two shapes differ; null unless there is exactly one, of these sizes. */
            static @Nullable Axis of(Shape whole, Shape part, int count, int size) {
                int outer = 1;
                for (int axis = 0; axis < whole.axes(); axis++) {
                    if (whole.size(axis) != part.size(axis)) {
                        int inner = whole.elements() / outer / count;
                        boolean isAxis = whole.size(axis) == count && part.size(axis) == size
                                && part.elements() == outer * size * inner;
                        return isAxis ? new Axis(outer, inner) : null;
                    }
                    outer *= whole.size(axis);
                }
                return null;
            }
        }

        private Chunks(Pass[] passes, Engine team, int count, Axis in, Axis out) {
            this.passes = passes;
            this.count = count;
            this.in = in;
            this.out = out;
            chunks = Math.ceilDiv(count, passes[0].count);
            onAll = ((RepeatedPasses) team.backend()).onEachThread(this::predict);
        }

        /** Returns the chunks of a pass; null if its result is not one for each example. */
        static @Nullable Chunks of(Pass whole, Engine team, int threads) {
            int share = Math.ceilDiv(whole.count, threads);
            int size = Math.ceilDiv(share, Math.max(1, Math.round((float) share / USUAL_CHUNK)));
            if (size == whole.count) {
                return null;
            }
            Pass[] passes = new Pass[threads];
            Arrays.setAll(passes, _ -> whole.ofChunk(team, size));
            Axis in = Axis.of(whole.shape, passes[0].shape, whole.count, size);
            Axis out = Axis.of(whole.y.shape(), passes[0].y.shape(), whole.count, size);
            return in == null || out == null || passes[0].repeated == null
                    ? null
                    : new Chunks(passes, team, whole.count, in, out);
        }

        void predict(float[] examples, float[] output) {
            this.examples = examples;
            this.output = output;
            taken.set(0);
            onAll.run();
            this.examples = NONE;
            this.output = NONE;
        }

        /** Predicts chunks in a thread. The last chunk overlaps the one before it, with equal results. */
        private void predict(int thread) {
            Pass pass = passes[thread];
            int n = pass.count;
            for (int chunk = taken.getAndIncrement(); chunk < chunks; chunk = taken.getAndIncrement()) {
                int first = Math.min(chunk * n, count - n);
                for (int i = 0; i < in.outer; i++) {
                    pass.x.value().write(i * n * in.inner, examples, (i * count + first) * in.inner, n * in.inner);
                }
                pass.runAlone();
                for (int i = 0; i < out.outer; i++) {
                    pass.y.value().read(i * n * out.inner, output, (i * count + first) * out.inner, n * out.inner);
                }
            }
        }
    }
}
