package scanline.lab.data;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.lab.base.DataException;
import scanline.lab.base.FileReading;
import scanline.lab.base.Sha256;
import scanline.lab.data.IdxFiles.Folder;
import scanline.lab.data.IdxFiles.Part;
import scanline.lab.image.Idx;

/** How a known set is published: the files that are downloaded, and the SHA-256 that tells whether they are right. */
public sealed interface Source {
    /** The names of the files to download. */
    List<String> fileNames();

    /** How many bytes none of them exceeds. */
    default long mostBytes() {
        return 1L << 28;
    }

    /**
     * The folder of the cache that they lie in.
     *
     * @param set the name of the set
     */
    default String folder(String set) {
        return set;
    }

    /** The four files of the set where these lie. */
    IdxFiles in(Path folder);

    /** Whether all that is needed is in a folder; whether it is right is seen when it is read. */
    boolean isIn(Path folder);

    /**
     * Refuses a file that is not the published one.
     *
     * @param fileName what it is published as
     * @throws DataException if it is another, or damaged
     */
    void require(String fileName, Path file);

    /**
     * Reads a part and makes sure that it is the set's.
     *
     * @param set the set
     * @throws DataException if it is not
     */
    Idx read(KnownSet set, Part part, IdxFiles files);

    /** Four gzipped files, named like MNIST's. */
    sealed interface FourFiles extends Source {
        @Override
        default List<String> fileNames() {
            return Stream.of(Part.values()).map(part -> part.fileName() + ".gz").toList();
        }

        @Override
        default IdxFiles in(Path folder) {
            return new Folder(folder);
        }

        @Override
        default boolean isIn(Path folder) {
            return new Folder(folder).isComplete();
        }
    }

    /**
     * Four gzipped files that are known by what is in them, whoever compressed it.
     *
     * @param sha256 that of each decompressed file, in hexadecimal
     */
    record Content(Map<Part, String> sha256) implements FourFiles {
        @Override
        public void require(String fileName, Path file) {
            Part part = part(fileName);
            requireEqual(file.toString(), "its content", Idx.read(file, part.dimensions()).sha256(), sha256.get(part));
        }

        @Override
        public Idx read(KnownSet set, Part part, IdxFiles files) {
            Idx content = files.read(part);
            requireEqual(files.name(part) + ": not " + set.name() + "'s " + part.fileName(), "its content",
                    content.sha256(), sha256.get(part));
            return content;
        }
    }

    /**
     * Four gzipped files that are known as they are stored.
     *
     * @param sha256 that of each gzipped file, in hexadecimal
     */
    record Stored(Map<Part, String> sha256) implements FourFiles {
        @Override
        public void require(String fileName, Path file) {
            requireEqual(file.toString(), "the file", Sha256.of(file), sha256.get(part(fileName)));
        }

        @Override
        public Idx read(KnownSet set, Part part, IdxFiles files) {
            String actual = FileReading.of(files.name(part), () -> {
                try (InputStream content = files.open(part).content()) {
                    return Sha256.of(content);
                }
            });
            requireEqual(files.name(part) + ": not " + set.name() + "'s " + part.fileName() + ".gz", "the file", actual,
                    sha256.get(part));
            return files.read(part);
        }
    }

    /**
     * A zip archive that holds several sets, of which this is one.
     *
     * @param folder the folder of the cache in which all of them find it
     * @param fileName its name
     * @param bytes its size
     * @param sha256 that of the archive, in hexadecimal
     * @param entries the gzipped IDX files of this set in it
     * @param transposed whether rows and columns of its images have changed places
     * @param firstLabel its first class's; labels count from 0 when they have been read
     */
    record Archive(String folder, String fileName, long bytes, String sha256, Map<Part, String> entries,
            boolean transposed, int firstLabel) implements Source {
        @Override
        public List<String> fileNames() {
            return List.of(fileName);
        }

        @Override
        public long mostBytes() {
            return bytes;
        }

        @Override
        public String folder(String set) {
            return folder;
        }

        @Override
        public IdxFiles in(Path in) {
            return new ZippedFiles(in.resolve(fileName), this);
        }

        @Override
        public boolean isIn(Path in) {
            return Files.exists(in.resolve(fileName));
        }

        @Override
        public void require(String name, Path file) {
            requireEqual(file.toString(), "the file", Sha256.of(file), sha256);
        }

        @Override
        public Idx read(KnownSet set, Part part, IdxFiles files) {
            Idx content = files.read(part);
            if (part.dimensions() == 1) {
                countFromZero(files.name(part), content.data(), set.classNames().size());
                return content;
            }
            return transposed ? content.transposed() : content;
        }

        private void countFromZero(String name, byte[] labels, int classes) {
            for (int i = 0; i < labels.length; i++) {
                int label = Byte.toUnsignedInt(labels[i]) - firstLabel;
                if (label < 0 || label >= classes) {
                    throw new DataException(name + ": label " + (label + firstLabel) + " of image " + i
                            + " is none from " + firstLabel + " to " + (firstLabel + classes - 1));
                }
                labels[i] = (byte) label;
            }
        }
    }

    private static Part part(String fileName) {
        return Stream.of(Part.values()).filter(part -> fileName.equals(part.fileName() + ".gz")).findAny()
                .orElseThrow();
    }

    private static void requireEqual(String name, String what, String actual, @Nullable String expected) {
        if (!actual.equals(expected)) {
            throw new DataException(name + ": the SHA-256 of " + what + " is " + actual + " instead of " + expected);
        }
    }
}
