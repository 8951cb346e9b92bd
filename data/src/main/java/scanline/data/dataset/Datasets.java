package scanline.data.dataset;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;
import scanline.data.base.FileName;
import scanline.data.base.ModuleContent;
import scanline.data.base.Nearest;
import scanline.data.dataset.IdxFiles.Packaged;
import scanline.data.image.Preparation;
import scanline.data.plugin.Plugins;

/**
 * Finds data sets by name.
 *
 * @param cache the folder in which each fetched set has its own subfolder
 */
public record Datasets(Path cache) {
    /** The name that opens any folder of IDX files; {@link ImageFolder#NAME} opens a folder of images. */
    public static final String IDX = "idx";

    /** Returns the user's data sets, in the folder that $SCANLINE_DATA names or in ~/.cache/scanline/data. */
    public static Datasets ofUser() {
        String folder = System.getenv("SCANLINE_DATA");
        return new Datasets(folder == null || folder.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "scanline", "data")
                : Path.of(FileName.absolute("SCANLINE_DATA", folder)));
    }

    /**
     * Returns the sets whose content is known, sorted by name, those in the jar first and those of plugins last. Each is
     * a constant of a class in the package {@code scanline.data.dataset.known}, which is searched on the first call, or in
     * one of a plugin.
     */
    public static List<KnownSet> known() {
        return Stream.concat(Known.SETS.stream(), Plugins.current().constants(KnownSet.class).stream()).toList();
    }

    /** Returns the other data sets of plugins. */
    public static List<Dataset> ofPlugins() {
        return Plugins.current().constants(Dataset.class);
    }

    /** Returns the names of the data sets that need no plugin. */
    public static List<String> builtIn() {
        return names(Known.SETS.stream(), Stream.of());
    }

    /** Returns the names of the data sets that a class of a plugin has as constants. */
    public static List<String> namesIn(Class<?> type) {
        return Stream.concat(ModuleContent.constants(KnownSet.class, type).map(KnownSet::name),
                ModuleContent.constants(Dataset.class, type).map(Dataset::name)).toList();
    }

    /** Returns the names that {@link #open} accepts. */
    public static List<String> names() {
        return names(known().stream(), ofPlugins().stream());
    }

    private static List<String> names(Stream<KnownSet> known, Stream<Dataset> others) {
        return Stream.of(known.map(KnownSet::name), others.map(Dataset::name), Stream.of(IDX, ImageFolder.NAME))
                .flatMap(each -> each).toList();
    }

    /**
     * Returns the known set with a name.
     *
     * @throws DataException if there is no such set; the message suggests the nearest name
     */
    public static KnownSet known(String name) {
        return known().stream().filter(set -> set.name().equals(name)).findAny()
                .orElseThrow(() -> unknown(name, known().stream().map(KnownSet::name).toList()));
    }

    /** Returns how an image file is prepared to look like the images of a set. */
    public static Preparation preparation(String name) {
        return known().stream().filter(set -> set.name().equals(name)).map(KnownSet::preparation).findAny()
                .orElse(Preparation.SCALE);
    }

    /**
     * Opens a data set like {@link #open(String, Path, ImageFolder.Options)}, with the default options for a folder of
     * images.
     */
    public Dataset open(String name, @Nullable Path folder) {
        return open(name, folder, ImageFolder.Options.DEFAULT);
    }

    /**
     * Opens a data set from a folder or, without one, from the location of a known set.
     *
     * @param folder the folder of the files; null for a known set that is in the jar or the cache, or one of a plugin
     * @param options the options for a folder of images
     * @throws DataException if there is no such set or its files are missing; damaged files are reported when they are
     *     read
     */
    public Dataset open(String name, @Nullable Path folder, ImageFolder.Options options) {
        if (!names().contains(name)) {
            throw unknown(name, names());
        }
        Optional<Dataset> ofPlugin = ofPlugins().stream().filter(set -> set.name().equals(name)).findFirst();
        if (ofPlugin.isPresent()) {
            return folder == null ? ofPlugin.get() : ofPlugin.get().in(folder);
        }
        return switch (name) {
            case IDX -> new IdxFolder(required(name, folder, "IDX files named like MNIST's"));
            case ImageFolder.NAME -> new ImageFolder(
                    required(name, folder, "PNG or JPEG images with a subfolder for each class"), options);
            default -> new KnownDataset(known(name), files(known(name), folder));
        };
    }

    private static Path required(String name, @Nullable Path folder, String of) {
        if (folder == null) {
            throw new DataException("data=" + name + " needs data.dir=FOLDER, a folder of " + of);
        }
        return folder;
    }

    /**
     * Returns the files of a known set, from a folder or, without one, from the location of the set.
     *
     * @throws DataException if the set was not fetched yet
     */
    public IdxFiles files(KnownSet set, @Nullable Path folder) {
        if (folder != null) {
            return set.source().in(folder);
        }
        return found(set).orElseThrow(() -> new DataException(set.name() + " is not in " + folder(set)
                + ": run `./scanline data fetch " + set.name() + "` or give data.dir=FOLDER"
                + (set.name().equals("mnist") ? ", or add the jar scanline-mnist to your program" : "")));
    }

    /**
     * Returns the files of a known set from the jar or from its folder in the cache; empty if they are not complete.
     */
    public Optional<IdxFiles> found(KnownSet set) {
        Optional<IdxFiles> packaged = packaged(set);
        if (packaged.isPresent()) {
            return packaged;
        }
        Path fetched = folder(set);
        return set.source().isIn(fetched) ? Optional.of(set.source().in(fetched)) : Optional.empty();
    }

    /** Returns the files of a known set in a jar on the path, such as {@code scanline-mnist}; empty if there is none. */
    public static Optional<IdxFiles> packaged(KnownSet set) {
        return Known.PACKAGED.stream().filter(packaged -> packaged.name().equals(set.name())).findFirst()
                .map(Packaged::new);
    }

    /** Returns the folder in the cache that a known set is fetched into. */
    public Path folder(KnownSet set) {
        return cache.resolve(set.source().folder(set.name()));
    }

    private static final class Known {
        static final List<PackagedSet> PACKAGED = ServiceLoader
                .load(PackagedSet.class, Datasets.class.getClassLoader()).stream().map(ServiceLoader.Provider::get)
                .toList();
        static final List<KnownSet> SETS = ModuleContent.constants(KnownSet.class, "scanline.data.dataset.known")
                .stream()
                .sorted(Comparator.comparing((KnownSet set) -> packaged(set).isEmpty()).thenComparing(KnownSet::name))
                .toList();
    }

    private static DataException unknown(String name, List<String> names) {
        return new DataException("no data set is called " + name + ": choose from " + String.join(", ", names)
                + Nearest.hint(name, names));
    }
}
