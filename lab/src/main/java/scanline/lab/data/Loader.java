package scanline.lab.data;

import org.jspecify.annotations.Nullable;

/**
 * Turns images into batches of sequences: scanned in an order, scaled to 0 to 1, then {@code (x - mean) / deviation}. The
 * arrays of a batch are used again for the next one of the same size.
 */
public final class Loader {
    private final ImageSet images;
    private final int features;
    private final int[] scanned;
    private final float[] levels = new float[256];
    // A black pixel before those of an image, at which a scan that reads outside of it finds one.
    private final byte[] framed;
    private @Nullable Batch last;

    /**
     * A loader over a set of images.
     *
     * @throws DataException if images of this size cannot be scanned so
     */
    public Loader(ImageSet images, Scan scan, double mean, double deviation) {
        this.images = images;
        features = scan.features(images.height(), images.width());
        scanned = scan.order(images.height(), images.width());
        framed = new byte[1 + images.imagePixels()];
        for (int level = 0; level < levels.length; level++) {
            levels[level] = (float) ((level / 255.0 - mean) / deviation);
        }
    }

    /** How many images there are. */
    public int count() {
        return images.count();
    }

    /** How many steps a sequence has. */
    public int steps() {
        return scanned.length / features;
    }

    /** How many numbers a step holds. */
    public int features() {
        return features;
    }

    /** The pixels of an image in the order in which they are read, as {@link Scan#order} says. */
    public int[] order() {
        return scanned.clone();
    }

    /** How many classes the labels come from. */
    public int classes() {
        return images.classes();
    }

    /** The images at positions {@code from} (inclusive) to {@code to} (exclusive) of an order. */
    public Batch batch(int[] order, int from, int to) {
        int count = to - from;
        Batch batch = last != null && last.count() == count
                ? last
                : new Batch(new float[count * scanned.length], new int[count]);
        last = batch;
        for (int b = 0; b < count; b++) {
            batch.labels()[b] = images.label(order[from + b]);
            System.arraycopy(images.pixels(), order[from + b] * images.imagePixels(), framed, 1, images.imagePixels());
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
