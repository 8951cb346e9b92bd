package scanline.lab.predict;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import scanline.engine.nn.StreamingPredictor.Stream;
import scanline.lab.base.RunException;
import scanline.lab.task.Answer;

/**
 * A sequence that a recurrent model reads step by step, answering after each. It is used by one thread at a time; several
 * threads may use different streams of a {@link Predictor} at the same time.
 */
public final class PredictionStream {
    // The bytes of a state: these letters, the version, the hash of the weights; then those of the engine, which start
    // with the number of steps.
    private static final int LETTERS = 0x53435354; // SCST
    private static final int VERSION = 1;
    private static final int HASH_BYTES = 32;
    private static final int HEADER_BYTES = 2 * Integer.BYTES + HASH_BYTES;

    private final Streaming streaming;
    private final Stream stream;
    private final String weightsHash;

    PredictionStream(Streaming streaming, String weightsHash) {
        this.streaming = streaming;
        this.weightsHash = weightsHash;
        stream = streaming.open();
    }

    /** The stream of the engine, if this is one of {@code predictor}. */
    Stream of(Streaming predictor) {
        if (!predictor.equals(streaming)) {
            throw new IllegalArgumentException("this is a stream of another predictor");
        }
        return stream;
    }

    /**
     * Reads a step.
     *
     * @param values the pixels of the step in the order in which the model reads them, 0 (black) to 255: one for each of its
     *     features
     * @return the answer to the sequence so far; after the last step of an image, it is that of {@link Predictor#answers} to
     *     the bit
     * @throws RunException if there are too few or too many values, or one is not from 0 to 255; the stream has not changed
     *     then
     */
    public Answer step(float[] values) {
        return streaming.step(List.of(stream), values).getFirst();
    }

    /** The number of steps that have been read. */
    public int steps() {
        return Math.toIntExact(stream.steps());
    }

    /** Returns the state after the steps so far, with which {@link #restore} continues, also in another process. */
    public byte[] state() {
        byte[] state = stream.state();
        return ByteBuffer.allocate(HEADER_BYTES + state.length).putInt(LETTERS).putInt(VERSION)
                .put(HexFormat.of().parseHex(weightsHash)).put(state).array();
    }

    /**
     * Continues from a state, whatever was read before.
     *
     * @throws RunException if it is not a state of this model with these weights; the stream has not changed then
     */
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        if (state.length < HEADER_BYTES || bytes.getInt() != LETTERS) {
            throw new RunException("this is not the state of a sequence");
        }
        int version = bytes.getInt();
        if (version != VERSION) {
            throw new RunException(
                    "the state of the sequence has version " + version + ", but this program reads version "
                            + VERSION);
        }
        byte[] hash = new byte[HASH_BYTES];
        bytes.get(hash);
        if (!HexFormat.of().formatHex(hash).equals(weightsHash)) {
            throw new RunException("the state of the sequence is of a model with other weights: their hash is "
                    + HexFormat.of().formatHex(hash) + ", but that of this model is " + weightsHash);
        }
        int length = HEADER_BYTES + stream.state().length;
        if (state.length != length) {
            throw new RunException("the state of the sequence is damaged: it has " + state.length + " bytes instead of "
                    + length);
        }
        byte[] own = new byte[bytes.remaining()];
        bytes.get(own);
        long steps = ByteBuffer.wrap(own).getLong();
        if (steps < 0 || steps > Integer.MAX_VALUE) {
            throw new RunException("the state of the sequence is damaged: it cannot be that of " + steps + " steps");
        }
        stream.restore(own);
    }
}
