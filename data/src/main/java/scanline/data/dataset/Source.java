package scanline.data.dataset;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;
import scanline.data.base.FileReading;
import scanline.data.base.Sha256;
import scanline.data.dataset.IdxFiles.Folder;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.image.Idx;

/** The published form of a known set: the files to download, and the SHA-256 hashes that identify them. */
public sealed interface Source {
    /** Returns the names of the files to download. */
    List<String> fileNames();

    /** Returns the maximum size of a file in bytes. */
    default long mostBytes() {
        return 1L << 28;
    }

    /**
     * Returns the name of the folder in the cache for these files.
     *
     * @param set the name of the set
     */
    default String folder(String set) {
        return set;
    }

    /** Returns the four IDX files of the set, given the folder of the downloaded files. */
    IdxFiles in(Path folder);

    /** Returns whether a folder has all necessary files; their content is checked when they are read. */
    boolean isIn(Path folder);

    /**
     * Checks that a file is the published one.
     *
     * @param fileName the published name of the file
     * @throws DataException if it is another file, or damaged
     */
    void require(String fileName, Path file);

    /**
     * Reads a part and checks that it belongs to the set.
     *
     * @param set the set
     * @throws DataException if it does not
     */
    Idx read(KnownSet set, Part part, IdxFiles files);

    /** Four gzipped files with MNIST's names. */
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
     * Four gzipped files that are identified by their decompressed content, however it was compressed.
     *
     * @param sha256 the SHA-256 of each decompressed file, in hexadecimal
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
     * Four gzipped files that are identified by their compressed bytes.
     *
     * @param sha256 the SHA-256 of each gzipped file, in hexadecimal
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
     * A zip archive that contains several sets, of which this is one.
     *
     * @param folder the name of the folder in the cache, shared by all sets of the archive
     * @param fileName the name of the archive
     * @param bytes the size of the archive
     * @param sha256 the SHA-256 of the archive, in hexadecimal
     * @param entries the names of this set's gzipped IDX files in the archive
     * @param transposed whether the stored images have rows and columns exchanged
     * @param firstLabel the stored label of the first class; labels count from 0 after they are read
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
                            + " is not from " + firstLabel + " to " + (firstLabel + classes - 1));
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
