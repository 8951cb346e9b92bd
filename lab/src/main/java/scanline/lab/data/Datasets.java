package scanline.lab.data;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.lab.base.DataException;
import scanline.lab.base.FileName;
import scanline.lab.base.ModuleContent;
import scanline.lab.base.Nearest;
import scanline.lab.data.IdxFiles.Resources;
import scanline.lab.image.Preparation;

/**
 * Finds data sets by name.
 *
 * @param cache the folder under which each fetched set has a folder of its own
 */
public record Datasets(Path cache) {
    /** The name under which any folder of IDX files is opened; {@link ImageFolder#NAME} is that of a folder of images. */
    public static final String IDX = "idx";

    /** The user's data sets: in the folder that $SCANLINE_DATA names, or else in ~/.cache/scanline/data. */
    public static Datasets ofUser() {
        String folder = System.getenv("SCANLINE_DATA");
        return new Datasets(folder == null || folder.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "scanline", "data")
                : Path.of(FileName.absolute("SCANLINE_DATA", folder)));
    }

    /**
     * The sets whose content is known, by their names, those in the jar first. Each is a constant of a class in a package
     * of theirs, where they are looked for when they are first asked for.
     */
    public static List<KnownSet> known() {
        return Known.SETS;
    }

    /** The names that {@link #open} takes. */
    public static List<String> names() {
        return Stream.concat(known().stream().map(KnownSet::name), Stream.of(IDX, ImageFolder.NAME)).toList();
    }

    /** The known set of this name; an error names the nearest. */
    public static KnownSet known(String name) {
        return known().stream().filter(set -> set.name().equals(name)).findAny()
                .orElseThrow(() -> unknown(name, known().stream().map(KnownSet::name).toList()));
    }

    /** How a picture from elsewhere is made like the images of a set. */
    public static Preparation preparation(String name) {
        return known().stream().filter(set -> set.name().equals(name)).map(KnownSet::preparation).findAny()
                .orElse(Preparation.SCALE);
    }

    /** Opens a data set as {@link #open(String, Path, ImageFolder.Options)} does, a folder of images as it mostly is. */
    public Dataset open(String name, @Nullable Path folder) {
        return open(name, folder, ImageFolder.Options.DEFAULT);
    }

    /**
     * Opens a data set from a folder, or, without one, from where a known set lies.
     *
     * @param options for a folder of images
     * @throws DataException when there is no such set or it is not there; damaged files are told of when they are read
     */
    public Dataset open(String name, @Nullable Path folder, ImageFolder.Options options) {
        if (!names().contains(name)) {
            throw unknown(name, names());
        }
        return switch (name) {
            case IDX -> new IdxFolder(required(name, folder, "IDX files named like MNIST's"));
            case ImageFolder.NAME -> new ImageFolder(
                    required(name, folder, "PNG or JPEG images that has a folder for each class"), options);
            default -> new KnownDataset(known(name), files(known(name), folder));
        };
    }

    private static Path required(String name, @Nullable Path folder, String of) {
        if (folder == null) {
            throw new DataException("data=" + name + " needs data.dir=FOLDER, a folder of " + of);
        }
        return folder;
    }

    /** The files of a known set, from a folder or, without one, from where they lie. */
    public IdxFiles files(KnownSet set, @Nullable Path folder) {
        if (folder != null) {
            return set.source().in(folder);
        }
        return found(set).orElseThrow(() -> new DataException(set.name() + " is not in " + folder(set)
                + ": run `./scanline data fetch " + set.name() + "` or give data.dir=FOLDER"));
    }

    /** Where a known set lies: in the jar, or whole in its folder of the cache. */
    public Optional<IdxFiles> found(KnownSet set) {
        if (set.inJar()) {
            return Optional.of(new Resources(set.name()));
        }
        Path fetched = folder(set);
        return set.source().isIn(fetched) ? Optional.of(set.source().in(fetched)) : Optional.empty();
    }

    /** Where a known set is fetched to. */
    public Path folder(KnownSet set) {
        return cache.resolve(set.source().folder(set.name()));
    }

    private static final class Known {
        static final List<KnownSet> SETS = ModuleContent.constants(KnownSet.class, "scanline.lab.data.known").stream()
                .sorted(Comparator.comparing(KnownSet::inJar).reversed().thenComparing(KnownSet::name)).toList();
    }

    private static DataException unknown(String name, List<String> names) {
        return new DataException("no data set is called " + name + ", only " + String.join(", ", names)
                + Nearest.hint(name, names));
    }
}
