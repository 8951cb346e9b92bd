package scanline.data.dataset;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import scanline.data.base.DataException;
import scanline.data.dataset.IdxFiles.Folder;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.image.ImageSet;

/**
 * A data set in any folder of four IDX files with MNIST's names. The largest training label determines the number of
 * classes; the name of a class is its number.
 */
public final class IdxFolder implements Dataset {
    private final Folder files;
    private final int classes;

    /**
     * Reads the labels and the sizes of the images, but no pixels.
     *
     * @throws DataException if a file is missing or damaged, or the test images differ in size from the training images
     */
    public IdxFolder(Path folder) {
        files = new Folder(folder);
        byte[] labels = files.read(Part.TRAIN_LABELS).data();
        classes = 1 + IntStream.range(0, labels.length).map(i -> Byte.toUnsignedInt(labels[i])).max().orElseThrow();
        int[] train = files.sizes(Part.TRAIN_IMAGES);
        int[] test = files.sizes(Part.TEST_IMAGES);
        if (!Arrays.equals(train, 1, 3, test, 1, 3)) {
            throw new DataException(files.name(Part.TEST_IMAGES) + ": its images are " + text(test)
                    + ", but the training images are " + text(train));
        }
    }

    @Override
    public String name() {
        return "idx";
    }

    @Override
    public List<String> classNames() {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    @Override
    public ImageSet train() {
        return read(Part.TRAIN_IMAGES, Part.TRAIN_LABELS);
    }

    @Override
    public ImageSet test() {
        return read(Part.TEST_IMAGES, Part.TEST_LABELS);
    }

    @Override
    public List<String> oddities() {
        ImageSet train = train();
        ImageSet test = test();
        return Oddities.of(train, i -> "training image " + i + " (class " + train.label(i) + ")", test,
                i -> "test image " + i + " (class " + test.label(i) + ")");
    }

    private ImageSet read(Part images, Part labels) {
        byte[] classOf = files.read(labels).data();
        for (int i = 0; i < classOf.length; i++) {
            if (Byte.toUnsignedInt(classOf[i]) >= classes) {
                throw new DataException(files.name(labels) + ": label " + Byte.toUnsignedInt(classOf[i])
                        + " of image " + i + " is not one of the training labels, 0 to " + (classes - 1));
            }
        }
        int[] sizes = files.sizes(images);
        if (sizes[0] != classOf.length) {
            throw new DataException(files.name(labels) + ": has " + classOf.length + " labels for the "
                    + Integer.toUnsignedString(sizes[0]) + " images of " + files.name(images));
        }
        return new ImageSet(sizes[1], sizes[2], files.read(images).data(), classOf, classes);
    }

    private static String text(int[] sizes) {
        return Integer.toUnsignedString(sizes[1]) + " x " + Integer.toUnsignedString(sizes[2]);
    }
}
