package scanline.data.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import scanline.data.base.DataException;
import scanline.data.base.FileReading;

/**
 * Lists the images of a folder that has a subfolder for each class. Names are normalized to Unicode's composed form
 * (NFC), in whatever form the disk has them.
 */
public final class ClassFolders {
    // Files that operating systems leave in folders, in addition to those whose names start with a dot.
    private static final Set<String> LEFT_BEHIND = Set.of("thumbs.db", "desktop.ini", "__macosx");

    private ClassFolders() {}

    /**
     * Returns the images of each class; classes and images are sorted by name.
     *
     * @throws DataException if a class folder is empty or contains a folder, or two classes have the same name
     */
    public static SortedMap<String, List<Path>> of(Path folder) {
        SortedMap<String, List<Path>> classes = new TreeMap<>();
        for (Path inner : folders(folder)) {
            if (classes.put(name(inner), images(inner)) != null) {
                throw new DataException(folder + ": two of its subfolders are called " + name(inner));
            }
        }
        return classes;
    }

    /** Returns the subfolders of a folder, including links to folders; other files there belong to no class. */
    public static List<Path> folders(Path folder) {
        return entries(folder).stream().filter(Files::isDirectory).toList();
    }

    /** Returns the name of a file or folder in Unicode's composed form. */
    public static String name(Path path) {
        return Normalizer.normalize(path.getFileName().toString(), Normalizer.Form.NFC);
    }

    private static List<Path> images(Path folder) {
        List<Path> images = entries(folder);
        for (Path image : images) {
            if (Files.isDirectory(image)) {
                throw new DataException(
                        image + " is a folder, but a class folder may only contain images (a data set that is already"
                                + " split needs both a folder train and a folder test)");
            }
        }
        if (images.isEmpty()) {
            throw new DataException("class folder " + folder + " is empty: add images or delete it");
        }
        return images;
    }

    /** Returns the entries of a folder, sorted by name, without the files that operating systems leave there. */
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
