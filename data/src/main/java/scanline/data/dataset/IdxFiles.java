package scanline.data.dataset;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import scanline.data.base.DataException;
import scanline.data.base.FileReading;
import scanline.data.image.Idx;

/** The four IDX files of a data set, in a folder, a jar or an archive. */
public sealed interface IdxFiles permits IdxFiles.Folder, IdxFiles.Packaged, ZippedFiles {
    /** One of the four files, with MNIST's name for it. */
    enum Part {
        /** Training images. */
        TRAIN_IMAGES("train-images-idx3-ubyte", 3),
        /** Training labels. */
        TRAIN_LABELS("train-labels-idx1-ubyte", 1),
        /** Test images. */
        TEST_IMAGES("t10k-images-idx3-ubyte", 3),
        /** Test labels. */
        TEST_LABELS("t10k-labels-idx1-ubyte", 1);

        private final String fileName;
        private final int dimensions;

        Part(String fileName, int dimensions) {
            this.fileName = fileName;
            this.dimensions = dimensions;
        }

        /** The name of the raw file; the name of the gzipped file has the additional suffix .gz. */
        public String fileName() {
            return fileName;
        }

        /** The number of dimensions: 3 for images, 1 for labels. */
        public int dimensions() {
            return dimensions;
        }
    }

    /** Returns the location of the files, for display. */
    String where();

    /** Returns the name of a part in messages. */
    String name(Part part);

    /** Opens a part as it is stored. */
    Stored open(Part part) throws IOException;

    /** Returns the total size of the four files as they are stored, in bytes. */
    default long storedBytes() {
        long bytes = 0;
        for (Part part : Part.values()) {
            bytes += reading(part, Stored::bytes);
        }
        return bytes;
    }

    /**
     * Reads and checks a part.
     *
     * @throws DataException if it is missing or damaged
     */
    default Idx read(Part part) {
        return reading(part, stored -> Idx.read(name(part), stored.content(), stored.bytes(), part.dimensions()));
    }

    /** Reads only the sizes of a part. */
    default int[] sizes(Part part) {
        return reading(part, stored -> Idx.sizes(name(part), stored.content(), part.dimensions()));
    }

    private <T> T reading(Part part, Function<Stored, T> reading) {
        return FileReading.of(name(part), () -> {
            try (Stored stored = open(part)) {
                return reading.apply(stored);
            }
        });
    }

    /** A file as it is stored, gzipped or not, and its number of bytes. */
    record Stored(InputStream content, long bytes) implements Closeable {
        @Override
        public void close() throws IOException {
            content.close();
        }
    }

    /**
     * Files in a folder, gzipped or raw. Gzipped files are looked for first, because they are the ones that are
     * fetched. The names are MNIST's, or have a dot in place of the second hyphen, as some tools unpack them.
     */
    record Folder(Path folder) implements IdxFiles {
        @Override
        public String where() {
            return folder.toString();
        }

        @Override
        public String name(Part part) {
            return file(part).toString();
        }

        @Override
        public Stored open(Part part) throws IOException {
            return new Stored(Files.newInputStream(file(part)), Files.size(file(part)));
        }

        /** Returns whether all four files exist. */
        public boolean isComplete() {
            return Stream.of(Part.values()).allMatch(part -> names(part).map(folder::resolve).anyMatch(Files::exists));
        }

        /** Returns the path of a gzipped part. */
        Path zipped(Part part) {
            return folder.resolve(part.fileName() + ".gz");
        }

        private static Stream<String> names(Part part) {
            return Stream.of(part.fileName(), part.fileName().replace("-idx", ".idx"))
                    .flatMap(name -> Stream.of(name + ".gz", name));
        }

        private Path file(Part part) {
            return names(part).map(folder::resolve).filter(Files::exists).findFirst()
                    .orElseThrow(() -> new DataException(Files.isDirectory(folder)
                            ? folder + ": has no file " + part.fileName() + " or " + part.fileName() + ".gz"
                            : folder + ": no such folder"));
        }
    }

    /** Files in a jar. */
    record Packaged(PackagedSet set) implements IdxFiles {
        @Override
        public String where() {
            return "in the jar";
        }

        @Override
        public String name(Part part) {
            return "the jar's " + set.name() + "/" + part.fileName() + ".gz";
        }

        @Override
        public Stored open(Part part) throws IOException {
            try (InputStream resource = set.open(part.fileName() + ".gz")) {
                if (resource == null) {
                    throw new DataException(name(part) + ": missing: this build of Scanline is incomplete");
                }
                byte[] stored = resource.readAllBytes();
                return new Stored(new ByteArrayInputStream(stored), stored.length);
            }
        }
    }
}
