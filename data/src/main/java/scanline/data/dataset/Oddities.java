package scanline.data.dataset;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import scanline.data.image.ImageSet;

/**
 * Finds properties of a data set that are allowed but probably mistakes: classes without images, images that are in
 * more than one class, and test images that are in the training set too.
 */
final class Oddities {
    private final IntFunction<String> trainName;
    private final IntFunction<String> testName;
    // The number of the first image with these pixels; the numbers of test images follow those of training images.
    private final Map<ByteBuffer, Integer> first = new HashMap<>();
    private final ImageSet train;
    private final ImageSet test;
    private final Duplicates classes = new Duplicates();
    private final Duplicates parts = new Duplicates();

    /** The number of images that equal earlier ones, and the first such pair. */
    private static final class Duplicates {
        private int count;
        private int one;
        private int other;

        void add(int earlier, int later) {
            if (count++ == 0) {
                one = earlier;
                other = later;
            }
        }
    }

    private Oddities(ImageSet train, IntFunction<String> trainName, ImageSet test, IntFunction<String> testName) {
        this.train = train;
        this.trainName = trainName;
        this.test = test;
        this.testName = testName;
    }

    /**
     * Returns a line for each kind of property that was found.
     *
     * @param trainName returns the name of a training image, given its number
     * @param testName returns the name of a test image, given its number
     */
    static List<String> of(ImageSet train, IntFunction<String> trainName, ImageSet test, IntFunction<String> testName) {
        var oddities = new Oddities(train, trainName, test, testName);
        oddities.compare(train, 0);
        oddities.compare(test, train.count());
        List<String> lines = new ArrayList<>();
        oddities.addEmptyClasses(lines);
        if (oddities.classes.count > 0) {
            lines.add(oddities.line(oddities.classes, "", "another class"));
        }
        if (oddities.parts.count > 0) {
            lines.add(oddities.line(oddities.parts, "test ", "the training set"));
        }
        return lines;
    }

    private void compare(ImageSet images, int from) {
        for (int i = 0; i < images.count(); i++) {
            ByteBuffer pixels = ByteBuffer.wrap(images.pixels(), i * images.imagePixels(), images.imagePixels())
                    .slice();
            Integer earlier = first.putIfAbsent(pixels, from + i);
            if (earlier != null) {
                if (label(earlier) != label(from + i)) {
                    classes.add(earlier, from + i);
                }
                if (from > 0 && earlier < from) {
                    parts.add(earlier, from + i);
                }
            }
        }
    }

    private int label(int image) {
        return image < train.count() ? train.label(image) : test.label(image - train.count());
    }

    private String name(int image) {
        return image < train.count() ? trainName.apply(image) : testName.apply(image - train.count());
    }

    private String line(Duplicates found, String of, String what) {
        return String.format(Locale.ROOT, "%,d %s%s also in %s, such as %s and %s", found.count, of,
                found.count == 1 ? "image is" : "images are", what,
                name(found.one), name(found.other));
    }

    private void addEmptyClasses(List<String> lines) {
        int[] images = new int[train.classes()];
        for (int i = 0; i < train.count(); i++) {
            images[train.label(i)]++;
        }
        List<Integer> empty = new ArrayList<>();
        for (int label = 0; label < images.length; label++) {
            if (images[label] == 0) {
                empty.add(label);
            }
        }
        if (!empty.isEmpty()) {
            int last = images.length - 1;
            lines.add("the labels go up to " + last + " (" + images[last] + " training " + (images[last] == 1
                    ? "image"
                    : "images") + "), which makes " + images.length + " classes, but "
                    + (empty.size() == 1 ? "class " + empty.getFirst() + " has" : empty.size() + " of them have")
                    + " no training image");
        }
    }
}
