package scanline.data.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;
import scanline.data.base.FileReading;
import scanline.data.base.Processors;
import scanline.data.base.Sha256;
import scanline.data.image.ClassFolders;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.engine.file.Excerpt;
import scanline.engine.random.RandomKey;

/**
 * A data set in a folder of PNG or JPEG images with a subfolder for each class. The classes are named after those
 * folders and numbered in the order of their names. {@link ImageFile} reads each image, so {@code predict} sees images
 * in the same way as training. If the folder has subfolders train and test that contain the class folders, they are the
 * training and the test set; otherwise a fraction of each class is set aside for testing. The choice of these images
 * and the order of the others depend only on the seed and the names of the files. Among files of a class with the same
 * content, only the first by name is used; this is decided before the split.
 */
public final class ImageFolder implements Dataset {
    /** The value of the recipe key {@code data} that selects such a folder. */
    public static final String NAME = "folder";

    private static final int MOST_CLASSES = 256; // a label is a byte
    private static final String TRAIN = "train";
    private static final String TEST = "test";

    private final Options options;
    private final List<String> classNames;
    private final List<Member> training;
    private final List<Member> testing;
    private @Nullable ImageSet train;
    private @Nullable ImageSet test;

    /**
     * The options for reading a folder as a data set.
     *
     * @param size the side that images are scaled to, in pixels, 4 to 512
     * @param test the fraction of each class to test on, between 0 and 1; ignored if the folder is already split
     * @param seed the seed that chooses the test images
     * @param prepare how an image is prepared
     */
    public record Options(int size, double test, long seed, Preparation prepare) {
        /** The size of MNIST's images, and a fifth of them for testing. */
        public static final Options DEFAULT = new Options(28, 0.2, 1, Preparation.SCALE);

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public Options {
            if (size < 4 || size > 512) {
                throw new IllegalArgumentException("size must be from 4 to 512, not " + size);
            }
            if (!(test > 0 && test < 1)) {
                throw new IllegalArgumentException("test must be a fraction between 0 and 1, not " + test);
            }
        }
    }

    /** An image of a class. */
    private record Member(Path file, String className, int label) {
        /** Returns a random number that depends only on the seed, the class and the file name. */
        long drawn(long seed, String purpose) {
            return RandomKey.of(seed, purpose).purpose(className).purpose(ClassFolders.name(file)).bits();
        }
    }

    /**
     * Reads the names and sizes of the files, but decodes none.
     *
     * @throws DataException if the folder is missing or its class folders are not usable
     */
    public ImageFolder(Path folder, Options options) {
        this.options = options;
        boolean isSplit = isSplit(folder);
        Map<String, List<Path>> classes = ClassFolders.of(isSplit ? folder.resolve(TRAIN) : folder);
        classNames = List.copyOf(classes.keySet());
        if (classNames.size() < 2 || classNames.size() > MOST_CLASSES) {
            throw new DataException(folder + ": has " + switch (classNames.size()) {
                case 0 -> "no subfolder";
                case 1 -> "only the subfolder " + classNames.getFirst();
                default -> classNames.size() + " subfolders";
            } + ", but needs one for each class, from 2 to " + MOST_CLASSES);
        }
        List<Member> all = members(classes);
        testing = new ArrayList<>(
                isSplit ? testing(folder, ClassFolders.of(folder.resolve(TEST))) : chosen(folder, classes, all));
        Set<Member> tested = new HashSet<>(testing);
        training = all.stream().filter(member -> !tested.contains(member)).sorted(Comparator
                .comparingLong((Member member) -> member.drawn(options.seed, "folder order"))).toList();
    }

    /** Returns whether train and test have subfolders; otherwise they may be classes with these names. */
    private static boolean isSplit(Path folder) {
        return Stream.of(TRAIN, TEST).map(folder::resolve)
                .allMatch(part -> Files.isDirectory(part) && !ClassFolders.folders(part).isEmpty());
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * Returns the names of the folders; characters that would break a line or change how it is displayed are escaped.
     */
    @Override
    public List<String> classNames() {
        return classNames.stream().map(name -> Excerpt.line(name)).toList();
    }

    /**
     * Returns the training set in an order that the seed determines, so the first images are of all classes; decodes it
     * once.
     */
    @Override
    public synchronized ImageSet train() {
        if (train == null) {
            train = decoded(training);
        }
        return train;
    }

    /** Returns the test set, sorted by class and by file name; decodes it once. */
    @Override
    public synchronized ImageSet test() {
        if (test == null) {
            test = decoded(testing);
        }
        return test;
    }

    @Override
    public List<String> oddities() {
        return Oddities.of(train(), i -> Excerpt.line(training.get(i).file.toString()), test(),
                i -> Excerpt.line(testing.get(i).file.toString()));
    }

    private List<Member> testing(Path folder, Map<String, List<Path>> classes) {
        for (String name : classes.keySet()) {
            if (!classNames.contains(name)) {
                throw new DataException(folder.resolve(TEST).resolve(name) + ": no such class in "
                        + folder.resolve(TRAIN));
            }
        }
        return members(classes);
    }

    /** Chooses the test images of each class. */
    private List<Member> chosen(Path folder, Map<String, List<Path>> files, List<Member> all) {
        Map<String, List<Member>> classes = all.stream()
                .collect(Collectors.groupingBy(Member::className, TreeMap::new, Collectors.toList()));
        Set<Member> chosen = new HashSet<>();
        classes.forEach((name, members) -> {
            int count = members.size();
            if (count < 2) {
                int found = Objects.requireNonNull(files.get(name)).size();
                throw new DataException(folder.resolve(name) + (found == 1
                        ? " has only one image"
                        : " has " + found + " files with the same content, which count as one image")
                        + ": a class needs one to train on and one to test on");
            }
            members.stream()
                    .sorted(Comparator.comparingLong((Member member) -> member.drawn(options.seed, "folder test")))
                    .limit(Math.clamp(Math.round(options.test * count), 1, count - 1)).forEach(chosen::add);
        });
        return all.stream().filter(chosen::contains).toList();
    }

    /** Returns the images of the classes, sorted by class and name, without duplicates within a class. */
    private List<Member> members(Map<String, List<Path>> classes) {
        List<Member> all = new ArrayList<>();
        classes.forEach((name, files) -> files
                .forEach(file -> all.add(new Member(file, name, classNames.indexOf(name)))));
        // Only files of the same size can have the same content.
        long[] bytes = all.stream().mapToLong(member -> bytes(member.file)).toArray();
        Map<List<Object>, List<Integer>> alike = IntStream.range(0, bytes.length).boxed().collect(
                Collectors.groupingBy(i -> List.of(all.get(i).label, bytes[i]), LinkedHashMap::new,
                        Collectors.toList()));
        int[] doubtful = alike.values().stream().filter(same -> same.size() > 1).flatMap(List::stream)
                .mapToInt(Integer::intValue).toArray();
        String[] contents = new String[bytes.length];
        Processors.each(doubtful.length, i -> contents[doubtful[i]] = Sha256.of(all.get(doubtful[i]).file));
        Set<List<Object>> seen = new HashSet<>();
        return IntStream.range(0, bytes.length)
                .filter(i -> contents[i] == null || seen.add(List.of(all.get(i).label, contents[i])))
                .mapToObj(all::get).toList();
    }

    private static long bytes(Path file) {
        return FileReading.of(file.toString(), () -> Files.size(file));
    }

    private ImageSet decoded(List<Member> members) {
        int imagePixels = options.size * options.size;
        long limit = Math.min(Integer.MAX_VALUE - 8L, Runtime.getRuntime().maxMemory() / 2);
        if ((long) members.size() * imagePixels > limit) {
            throw new DataException(members.size() + " images of " + options.size + " x " + options.size
                    + " pixels are too many: at most " + limit + " bytes can be read with this Java heap;"
                    + " choose a smaller data.folder.size");
        }
        byte[] pixels = new byte[members.size() * imagePixels];
        byte[] labels = new byte[members.size()];
        Processors.each(labels.length, i -> {
            byte[] image = ImageFile.pixels(members.get(i).file, new PictureSize(options.size, options.size),
                    options.prepare);
            System.arraycopy(image, 0, pixels, i * imagePixels, imagePixels);
            labels[i] = (byte) members.get(i).label;
        });
        return new ImageSet(options.size, options.size, pixels, labels, classNames.size());
    }
}
