package scanline.data.image;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.data.base.DataException;

/**
 * A set of labeled grayscale images of one size.
 *
 * @param height the number of rows of an image
 * @param width the number of columns of an image
 * @param pixels unsigned bytes, row-major: count x height x width
 * @param labels the class of each image, an unsigned byte: count
 * @param classes the number of classes; each label is smaller
 */
public record ImageSet(int height, int width, byte[] pixels, byte[] labels, int classes) implements Pictures {
    /**
     * Checks that the sizes agree and that each label is a class.
     *
     * @throws IllegalArgumentException if they do not, or a label is not
     */
    public ImageSet {
        if ((long) labels.length * height * width != pixels.length) {
            throw new IllegalArgumentException(
                    labels.length + " images of " + height + " x " + width + " do not fit " + pixels.length + " bytes");
        }
        for (byte label : labels) {
            if (Byte.toUnsignedInt(label) >= classes) {
                throw new IllegalArgumentException(
                        "label " + Byte.toUnsignedInt(label) + " is not below the number of classes, " + classes);
            }
        }
    }

    /** The number of images. */
    public int count() {
        return labels.length;
    }

    /** The number of pixels of an image. */
    public int imagePixels() {
        return height * width;
    }

    /** Returns the class of an image. */
    public int label(int image) {
        return Byte.toUnsignedInt(labels[image]);
    }

    /** Returns the difference between the lightest and the darkest pixel of an image, 0 to 255. */
    public int contrast(int image) {
        int least = 255;
        int most = 0;
        for (int i = image * imagePixels(); i < (image + 1) * imagePixels(); i++) {
            least = Math.min(least, Byte.toUnsignedInt(pixels[i]));
            most = Math.max(most, Byte.toUnsignedInt(pixels[i]));
        }
        return most - least;
    }

    /** Returns a set with only the first image of a class; empty if the class has no image. */
    public Optional<ImageSet> firstOf(int label) {
        return IntStream.range(0, count()).filter(image -> label(image) == label).boxed().findFirst()
                .map(image -> slice(image, image + 1));
    }

    @Override
    public void draw(int number, byte[] to, int at) {
        System.arraycopy(pixels, number * imagePixels(), to, at, imagePixels());
    }

    @Override
    public int[] answer(int number) {
        return new int[] {label(number)};
    }

    /** Returns the first n images, or all images if there are fewer. */
    public ImageSet first(int n) {
        return n >= count() ? this : slice(0, n);
    }

    /** Returns a copy of the images from one index (inclusive) to another (exclusive). */
    public ImageSet slice(int from, int to) {
        byte[] some = Arrays.copyOfRange(pixels, from * imagePixels(), to * imagePixels());
        return new ImageSet(height, width, some, Arrays.copyOfRange(labels, from, to), classes);
    }

    /**
     * Returns the images at a smaller size: each pixel is the mean of a block of factor x factor pixels, with halves
     * rounded up.
     *
     * @param factor at least 1; 1 leaves the images as they are
     * @throws DataException if the factor does not divide height and width
     */
    public ImageSet shrunk(int factor) {
        Divisor.require("data.shrink", factor, gcd(height, width),
                "both sides of an image of " + height + " x " + width);
        if (factor == 1) {
            return this;
        }
        byte[] small = new byte[pixels.length / factor / factor];
        int across = width / factor;
        for (int i = 0; i < small.length; i++) {
            // Images are stored one below the other, so rows of blocks can be counted across all of them.
            small[i] = mean(i / across * factor * width + i % across * factor, factor);
        }
        return new ImageSet(height / factor, across, small, labels, classes);
    }

    private byte mean(int corner, int factor) {
        long sum = 0;
        for (int y = 0; y < factor; y++) {
            for (int x = 0; x < factor; x++) {
                sum += Byte.toUnsignedInt(pixels[corner + y * width + x]);
            }
        }
        long n = (long) factor * factor;
        return (byte) ((sum + n / 2) / n);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Returns the images as the content of an IDX file, whose SHA-256 identifies them. */
    public Idx imageFile() {
        return new Idx(new int[] {count(), height, width}, pixels);
    }

    /** Returns the labels as the content of an IDX file, whose SHA-256 identifies them. */
    public Idx labelFile() {
        return new Idx(new int[] {count()}, labels);
    }
}
