package scanline.engine.nn;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import scanline.engine.backend.Backend;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Weights;

/**
 * A frozen model that reads sequences step by step, with an output after each step. The outputs have the bits that the
 * model computes for the whole sequence up to this step. Any number of threads may use a predictor at the same time, each
 * with its own streams. Letters: F values of a step, S values of a state, O values of an output.
 */
public final class StreamingPredictor implements AutoCloseable {
    private final Predictor predictor;
    private final float[] initial;
    private final int features;
    private final int outputs;

    private StreamingPredictor(Predictor predictor, float[] initial, int features, int outputs) {
        this.predictor = predictor;
        this.initial = initial;
        this.features = features;
        this.outputs = outputs;
    }

    /**
     * Creates a predictor with the present values of some weights.
     *
     * @param weights
     *            the weights of the model
     * @param model
     *            builds the model with other weights of the same names
     * @param features
     *            F
     * @param outputs
     *            O
     * @param threads
     *            the number of threads that a step may use; the results do not depend on it
     * @throws IllegalArgumentException
     *             if the model has a parameter that the weights do not have, or a number is not positive
     */
    public static StreamingPredictor of(Weights weights, Function<Weights, ? extends StepModel> model, int features,
            int outputs, int threads) {
        return of(weights, model, features, outputs, Backend.chosenName(), threads);
    }

    /**
     * Creates a predictor as {@link #of(Weights, Function, int, int, int)} does, on a backend by its name.
     *
     * @throws IllegalArgumentException
     *             if no backend has this name
     */
    public static StreamingPredictor of(Weights weights, Function<Weights, ? extends StepModel> model, int features,
            int outputs, String backend, int threads) {
        StepModel[] built = new StepModel[1];
        // A step with its state is a prediction of more values: [B, F + S] to [B, O + S].
        Predictor predictor = Predictor.of(weights, others -> {
            StepModel steps = model.apply(others);
            built[0] = steps;
            return x -> {
                StepModel.Step step = steps.step(x.columns(0, features),
                        x.columns(features, features + steps.stateSize()));
                return Shaping.concat(step.output(), step.state());
            };
        }, batch -> Shape.of(batch, features + built[0].stateSize()), backend, threads);
        return new StreamingPredictor(predictor, built[0].initialState(), features, outputs);
    }

    /** A sequence of which some steps have been read. It is used by one thread at a time. */
    public final class Stream {
        private final float[] in = new float[features + initial.length];
        private final float[] out = new float[outputs + initial.length];
        private long steps;

        private Stream() {
            System.arraycopy(initial, 0, in, features, initial.length);
        }

        /** The number of steps that have been read. */
        public long steps() {
            return steps;
        }

        /** Returns the state after these steps, for {@link #restore}: the number of steps, and S floats. */
        public byte[] state() {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Float.BYTES * initial.length).putLong(steps);
            for (int i = features; i < in.length; i++) {
                bytes.putFloat(in[i]);
            }
            return bytes.array();
        }

        /**
         * Returns to a state that {@link #state} returned, of a stream with the same weights.
         *
         * @throws IllegalArgumentException
         *             if it is not the state of such a model
         */
        public void restore(byte[] state) {
            int length = Long.BYTES + Float.BYTES * initial.length;
            if (state.length != length) {
                throw new IllegalArgumentException(
                        "the state of this model has " + length + " bytes, not " + state.length);
            }
            ByteBuffer bytes = ByteBuffer.wrap(state);
            steps = bytes.getLong();
            for (int i = features; i < in.length; i++) {
                in[i] = bytes.getFloat();
            }
        }
    }

    /** Starts a sequence. */
    public Stream open() {
        return new Stream();
    }

    /**
     * Reads a step of a sequence.
     *
     * @param x
     *            the values of the step, F; the rest of a longer array is ignored
     * @param y
     *            receives the output, O
     * @throws IllegalArgumentException
     *             if one of the arrays is too short
     * @throws IllegalStateException
     *             if the predictor has been closed
     */
    public void step(Stream stream, float[] x, float[] y) {
        requireRoom(1, x, y);
        System.arraycopy(x, 0, stream.in, 0, features);
        predictor.predict(stream.in, 1, stream.out);
        System.arraycopy(stream.out, 0, y, 0, outputs);
        System.arraycopy(stream.out, outputs, stream.in, features, initial.length);
        stream.steps++;
    }

    /**
     * Reads a step of each of several sequences together, which is faster than one after the other.
     *
     * @param streams
     *            n streams of this predictor, all of them different
     * @param x
     *            the values of the steps, [n, F]
     * @param y
     *            receives the outputs, [n, O]
     * @throws IllegalArgumentException
     *             if one of the arrays is too short, the list is empty, or it has a stream twice
     * @throws IllegalStateException
     *             if the predictor has been closed
     */
    public void step(List<Stream> streams, float[] x, float[] y) {
        int n = streams.size();
        requireRoom(n, x, y);
        if (Set.copyOf(streams).size() < n) {
            throw new IllegalArgumentException("a stream is twice among those that read a step");
        }
        int width = features + initial.length;
        float[] in = new float[n * width];
        float[] out = new float[n * (outputs + initial.length)];
        for (int i = 0; i < n; i++) {
            System.arraycopy(x, i * features, in, i * width, features);
            System.arraycopy(streams.get(i).in, features, in, i * width + features, initial.length);
        }
        predictor.predict(in, n, out);
        for (int i = 0; i < n; i++) {
            int row = i * (outputs + initial.length);
            System.arraycopy(out, row, y, i * outputs, outputs);
            System.arraycopy(out, row + outputs, streams.get(i).in, features, initial.length);
            streams.get(i).steps++;
        }
    }

    private void requireRoom(int n, float[] x, float[] y) {
        if (x.length < n * features || y.length < n * outputs) {
            throw new IllegalArgumentException("a step of " + n + (n == 1 ? " stream" : " streams")
                    + " needs arrays of at least " + n * features + " and " + n * outputs + " floats, not " + x.length
                    + " and " + y.length);
        }
    }

    /** Ends the threads and discards the weights. */
    @Override
    public void close() {
        predictor.close();
    }
}
