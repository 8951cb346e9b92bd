package scanline.data.sequence;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;
import scanline.data.image.Pictures;

/**
 * Converts pictures to batches of sequences: scans each picture in an order, scales levels to the range 0 to 1, then
 * applies {@code (x - mean) / std}. The arrays of a batch are reused for the next batch of the same size.
 */
public final class Loader {
    private final Pictures pictures;
    private final int features;
    private final int[] scanned;
    private final double mean;
    private final double std;
    private final float[] levels;
    // A black pixel followed by the pixels of a picture: a scan that reads outside the picture reads the black one.
    private final byte[] framed;
    private @Nullable Batch last;

    /**
     * Creates a loader for pictures.
     *
     * @param mean the mean to subtract from levels in the range 0 to 1
     * @param std the number to divide by
     * @throws DataException if the scan does not support pictures of this size
     */
    public Loader(Pictures pictures, Scan scan, double mean, double std) {
        this.pictures = pictures;
        features = scan.features(pictures.height(), pictures.width());
        scanned = scan.order(pictures.height(), pictures.width());
        framed = new byte[1 + pictures.height() * pictures.width()];
        this.mean = mean;
        this.std = std;
        levels = new float[256];
        for (int level = 0; level < levels.length; level++) {
            levels[level] = normalized(level);
        }
    }

    private Loader(Loader other, Pictures pictures) {
        this.pictures = pictures;
        features = other.features;
        scanned = other.scanned;
        framed = new byte[other.framed.length];
        mean = other.mean;
        std = other.std;
        levels = other.levels;
    }

    /**
     * Returns a loader that reads other pictures of the same size as this one reads its own, for another thread as well.
     *
     * @throws IllegalArgumentException if the size differs
     */
    public Loader of(Pictures others) {
        if (others.height() != pictures.height() || others.width() != pictures.width()) {
            throw new IllegalArgumentException("this loader reads pictures of " + pictures.height() + " x "
                    + pictures.width() + ", not " + others.height() + " x " + others.width());
        }
        return new Loader(this, others);
    }

    /** Returns what the loader makes of a level of gray, 0 to 255. */
    public float normalized(double level) {
        return (float) ((level / 255.0 - mean) / std);
    }

    /** The number of steps of a sequence. */
    public int steps() {
        return scanned.length / features;
    }

    /** The number of features of a step. */
    public int features() {
        return features;
    }

    /** Returns the pixels of a picture in the order in which they are read; see {@link Scan#order}. */
    public int[] order() {
        return scanned.clone();
    }

    /** The number of classes. */
    public int classes() {
        return pictures.classes();
    }

    /**
     * Returns the pictures whose numbers are at the indices {@code from} (inclusive) to {@code to} (exclusive) of an
     * order.
     */
    public Batch batch(int[] order, int from, int to) {
        int count = to - from;
        Batch batch = last != null && last.count() == count
                ? last
                : new Batch(new float[count * scanned.length], new int[count][]);
        last = batch;
        for (int b = 0; b < count; b++) {
            batch.answers()[b] = pictures.answer(order[from + b]);
            pictures.draw(order[from + b], framed, 1);
            fill(batch.values(), b, count);
        }
        return batch;
    }

    /**
     * Returns all pictures of an order in batches, the last of which may be smaller. Each is read when the loop comes to
     * it, into the arrays of the one before.
     *
     * @param size the number of pictures in a batch
     * @throws IllegalArgumentException if the size is less than 1
     */
    public Iterable<Batch> batches(int[] order, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a batch has at least 1 picture, not " + size);
        }
        return () -> IntStream.range(0, Math.ceilDiv(order.length, size))
                .mapToObj(i -> batch(order, i * size, Math.min((i + 1) * size, order.length))).iterator();
    }

    private void fill(float[] values, int b, int count) {
        for (int t = 0, steps = steps(); t < steps; t++) {
            for (int f = 0; f < features; f++) {
                int pixel = 1 + scanned[t * features + f];
                values[(t * count + b) * features + f] = levels[Byte.toUnsignedInt(framed[pixel])];
            }
        }
    }
}
