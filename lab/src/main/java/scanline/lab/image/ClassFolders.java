package scanline.lab.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import scanline.lab.base.DataException;
import scanline.lab.base.FileReading;

/** The images of a folder that has a folder for each class. Names count as Unicode's composed form, whatever the disk has. */
public final class ClassFolders {
    // What systems leave behind in folders, beside the files whose names begin with a dot.
    private static final Set<String> LEFT_BEHIND = Set.of("thumbs.db", "desktop.ini", "__macosx");

    private ClassFolders() {}

    /** The images of each class, both sorted by name. */
    public static SortedMap<String, List<Path>> of(Path folder) {
        SortedMap<String, List<Path>> classes = new TreeMap<>();
        for (Path inner : folders(folder)) {
            if (classes.put(name(inner), images(inner)) != null) {
                throw new DataException(folder + ": two of its folders are called " + name(inner));
            }
        }
        return classes;
    }

    /** The folders in a folder, those through links too; other files there are of no class. */
    public static List<Path> folders(Path folder) {
        return entries(folder).stream().filter(Files::isDirectory).toList();
    }

    /** The name of a file or folder. */
    public static String name(Path path) {
        return Normalizer.normalize(path.getFileName().toString(), Normalizer.Form.NFC);
    }

    private static List<Path> images(Path folder) {
        List<Path> images = entries(folder);
        for (Path image : images) {
            if (Files.isDirectory(image)) {
                throw new DataException(
                        image + " is a folder, but the folder of a class holds images only (and a set that is"
                                + " parted already has both a folder train and a folder test)");
            }
        }
        if (images.isEmpty()) {
            throw new DataException(folder + " is a class without any image: fill it or take it away");
        }
        return images;
    }

    /** What is in a folder, by name, but for what systems leave behind. */
    static List<Path> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + ": no such folder");
        }
        return FileReading.of(folder.toString(), () -> {
            try (Stream<Path> entries = Files.list(folder)) {
                return entries.filter(entry -> !isLeftBehind(name(entry))).sorted(ClassFolders::compare).toList();
            }
        });
    }

    private static boolean isLeftBehind(String name) {
        return name.startsWith(".") || LEFT_BEHIND.contains(name.toLowerCase(Locale.ROOT));
    }

    private static int compare(Path a, Path b) {
        return name(a).compareTo(name(b));
    }
}
