package scanline.data.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import scanline.data.base.DataException;
import scanline.data.base.FileReading;
import scanline.data.base.Sha256;

/**
 * The content of an IDX file of unsigned bytes, the format of MNIST: two zero bytes, the type 0x08, the number of
 * dimensions, each size as four big-endian bytes, then the values in row-major order.
 *
 * @param sizes the size of each dimension, each at least 1
 * @param data the values in row-major order; their number is the product of the sizes
 */
public record Idx(int[] sizes, byte[] data) {
    private static final int UNSIGNED_BYTE = 8;
    // Deflate (RFC 1951) expands two bits to at most 258 bytes.
    private static final long MOST_INFLATED = 1032;
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    /**
     * Reads a raw or gzipped file with a given number of dimensions; its first bytes tell whether it is gzipped. A
     * header that promises more than a file of this size can contain, gzipped or not, allocates no memory.
     *
     * @throws DataException if the file is missing, damaged, too short, too long or of another kind
     */
    public static Idx read(Path file, int dimensions) {
        return FileReading.of(file.toString(), () -> {
            try (InputStream stored = Files.newInputStream(file)) {
                return read(file.toString(), stored, Files.size(file), dimensions);
            }
        });
    }

    /**
     * Reads a raw or gzipped file with a given number of dimensions from a stream.
     *
     * @param name the name of the file in messages
     * @param storedBytes the number of bytes in the stream
     * @throws DataException if the content is damaged, too short, too long or of another kind
     */
    public static Idx read(String name, InputStream stored, long storedBytes, int dimensions) {
        return FileReading.of(name, () -> {
            var buffered = new BufferedInputStream(stored, 1 << 16);
            boolean zipped = isZipped(buffered);
            try (InputStream content = zipped ? new GzipContent(buffered) : buffered) {
                int[] sizes = readSizes(name, content, dimensions);
                long headerBytes = 4 + 4L * dimensions;
                int promised = product(name, sizes);
                if (!zipped && storedBytes != headerBytes + promised) {
                    throw wrongLength(name, sizes, storedBytes);
                }
                if (promised > MOST_INFLATED * storedBytes) {
                    throw wrongLength(name, sizes,
                            headerBytes + content.transferTo(OutputStream.nullOutputStream()));
                }
                byte[] data = new byte[promised];
                int filled = content.readNBytes(data, 0, promised);
                if (filled < promised) {
                    throw wrongLength(name, sizes, headerBytes + filled);
                }
                if (content.read() >= 0) {
                    throw new DataException(name + ": too long: it has more than the " + (headerBytes + promised)
                            + " bytes that its header (" + text(sizes) + ") requires");
                }
                return new Idx(sizes, data);
            }
        });
    }

    /** Reads only the sizes from the header. */
    public static int[] sizes(String name, InputStream stored, int dimensions) {
        return FileReading.of(name, () -> {
            var buffered = new BufferedInputStream(stored);
            try (InputStream content = isZipped(buffered) ? new GzipContent(buffered) : buffered) {
                return readSizes(name, content, dimensions);
            }
        });
    }

    /** Returns the SHA-256 of the decompressed file in hexadecimal; the header is rebuilt from the sizes. */
    public String sha256() {
        MessageDigest digest = Sha256.digest();
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * sizes.length).putInt(UNSIGNED_BYTE << 8 | sizes.length);
        for (int size : sizes) {
            header.putInt(size);
        }
        digest.update(header.flip());
        return HexFormat.of().formatHex(digest.digest(data));
    }

    /** Exchanges the rows and columns of images in place, because a large set might not fit in memory twice. */
    public Idx transposed() {
        int height = sizes[1];
        int width = sizes[2];
        byte[] image = new byte[height * width];
        for (int at = 0; at < data.length; at += image.length) {
            System.arraycopy(data, at, image, 0, image.length);
            for (int i = 0; i < image.length; i++) {
                data[at + i % width * height + i / width] = image[i];
            }
        }
        return new Idx(new int[] {sizes[0], width, height}, data);
    }

    private static boolean isZipped(BufferedInputStream stored) throws IOException {
        stored.mark(2);
        boolean zipped = (stored.read() << 8 | stored.read()) == GzipContent.MAGIC;
        stored.reset();
        return zipped;
    }

    private static int[] readSizes(String name, InputStream content, int dimensions) throws IOException {
        byte[] start = content.readNBytes(4);
        if (start.length == 4) {
            if (start[0] != 0 || start[1] != 0) {
                throw new DataException(name + ": not an IDX file: it starts with " + HexFormat.of().formatHex(start)
                        + " instead of 0000080" + dimensions);
            }
            if (start[2] != UNSIGNED_BYTE) {
                throw new DataException(name + ": its values have IDX type 0x" + HexFormat.of().toHexDigits(start[2])
                        + ", but only unsigned bytes (0x08) are supported");
            }
            if (start[3] != dimensions) {
                throw new DataException(name + ": has " + Byte.toUnsignedInt(start[3]) + " dimensions instead of "
                        + dimensions + (dimensions == 1 ? " (labels)" : " (images, rows, columns)"));
            }
        }
        byte[] rest = content.readNBytes(4 * dimensions);
        if (rest.length < 4 * dimensions) {
            throw new DataException(name + ": truncated: its header alone takes " + (4 + 4 * dimensions)
                    + " bytes, but the file has " + (start.length + rest.length));
        }
        int[] sizes = new int[dimensions];
        ByteBuffer.wrap(rest).asIntBuffer().get(sizes);
        return sizes;
    }

    /** Returns the product of the sizes; throws an exception if it is 0 or more than an array can hold. */
    private static int product(String name, int[] sizes) {
        long limit = Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / 2);
        long product = 1;
        for (int size : sizes) {
            long unsigned = Integer.toUnsignedLong(size);
            if (unsigned == 0) {
                throw new DataException(name + ": empty: the sizes in its header are " + text(sizes));
            }
            if (unsigned > limit / product) {
                throw new DataException(name + ": too large: the sizes in its header are " + text(sizes)
                        + ", but at most " + limit + " bytes can be read with this Java heap");
            }
            product *= unsigned;
        }
        return (int) product;
    }

    private static DataException wrongLength(String name, int[] sizes, long actualBytes) {
        long expectedBytes = 4 + 4L * sizes.length + product(name, sizes);
        return new DataException(name + ": " + (actualBytes < expectedBytes ? "truncated" : "too long")
                + ": its header (" + text(sizes) + ") requires " + expectedBytes + " bytes, but the file has "
                + actualBytes);
    }

    private static String text(int[] sizes) {
        return Arrays.stream(sizes).mapToObj(Integer::toUnsignedString).collect(Collectors.joining(" x "));
    }
}
