package scanline.data.image;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An encoded image: a file, or bytes if the file is null. */
record ImageContent(String name, @Nullable Path file, byte[] bytes) {
    /** The size of the largest file that is read. */
    static final long MOST_BYTES = 64L << 20;

    /** Returns the content of a file; a pipe or device, whose bytes can be read only once, is read immediately. */
    static ImageContent of(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            return new ImageContent(file.toString(), file, new byte[0]);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new ImageContent(file.toString(), null, in.readNBytes((int) MOST_BYTES + 1));
        }
    }

    /** Returns the number of bytes. */
    long size() throws IOException {
        return file == null ? bytes.length : Files.size(file);
    }

    /** Returns the first two bytes; -1 for one that is missing. */
    int[] magic() throws IOException {
        try (InputStream in = open()) {
            return new int[] {in.read(), in.read()};
        }
    }

    /** Reads the content as an IDX file of images. */
    Idx idx() throws IOException {
        try (InputStream in = open()) {
            return Idx.read(name, in, size(), 3);
        }
    }

    /** Opens the content from its start. */
    InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(bytes) : new BufferedInputStream(Files.newInputStream(file));
    }

    @Override
    public String toString() {
        return name;
    }
}
