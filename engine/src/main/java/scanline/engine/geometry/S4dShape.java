package scanline.engine.geometry;

/**
 * The sizes of an S4D layer.
 *
 * @param steps
 *            T, the steps of a sequence
 * @param batch
 *            B, the sequences
 * @param channels
 *            H, the values of a step, each of which is filtered by itself
 * @param modes
 *            M, the complex modes of a channel: half of its N states
 */
public record S4dShape(int steps, int batch, int channels, int modes) {
    /** Returns S = 2 M H, the values of the state of one sequence. */
    public int state() {
        return 2 * modes * channels;
    }
}
