package scanline.lab.sequence;

import org.jspecify.annotations.Nullable;
import scanline.lab.base.DataException;
import scanline.lab.image.Pictures;

/**
 * Turns pictures into batches of sequences: scanned in an order, scaled to 0 to 1, then {@code (x - mean) / deviation}. The
 * arrays of a batch are used again for the next one of the same size.
 */
public final class Loader {
    private final Pictures pictures;
    private final int features;
    private final int[] scanned;
    private final float[] levels = new float[256];
    // A black pixel before those of a picture, at which a scan that reads outside of it finds one.
    private final byte[] framed;
    private @Nullable Batch last;

    /**
     * A loader over pictures.
     *
     * @throws DataException if pictures of this size cannot be scanned so
     */
    public Loader(Pictures pictures, Scan scan, double mean, double deviation) {
        this.pictures = pictures;
        features = scan.features(pictures.height(), pictures.width());
        scanned = scan.order(pictures.height(), pictures.width());
        framed = new byte[1 + pictures.height() * pictures.width()];
        for (int level = 0; level < levels.length; level++) {
            levels[level] = (float) ((level / 255.0 - mean) / deviation);
        }
    }

    /** How many steps a sequence has. */
    public int steps() {
        return scanned.length / features;
    }

    /** How many numbers a step holds. */
    public int features() {
        return features;
    }

    /** The pixels of a picture in the order in which they are read, as {@link Scan#order} says. */
    public int[] order() {
        return scanned.clone();
    }

    /** How many classes the labels come from. */
    public int classes() {
        return pictures.classes();
    }

    /** The pictures whose numbers are at {@code from} (inclusive) to {@code to} (exclusive) of an order. */
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

    private void fill(float[] values, int b, int count) {
        for (int t = 0, steps = steps(); t < steps; t++) {
            for (int f = 0; f < features; f++) {
                int pixel = 1 + scanned[t * features + f];
                values[(t * count + b) * features + f] = levels[Byte.toUnsignedInt(framed[pixel])];
            }
        }
    }
}
