package scanline.samples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Small IDX files for tests. */
public final class IdxSamples {
    private IdxSamples() {}

    public static byte[] idx(byte[] data, int... sizes) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + data.length).putInt(0x800 | sizes.length);
        for (int size : sizes) {
            file.putInt(size);
        }
        return file.put(data).array();
    }

    public static byte[] images(int count, int height, int width) {
        byte[] pixels = new byte[count * height * width];
        new Random(count).nextBytes(pixels);
        return idx(pixels, count, height, width);
    }

    public static byte[] labels(int... labels) {
        byte[] data = new byte[labels.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) labels[i];
        }
        return idx(data, data.length);
    }

    public static byte[] gzip(byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes the four files of a set: 4 images of 3 x 2 to train on and 2 to test on. */
    public static void writeSet(Path folder) throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), images(4, 3, 2));
        Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(labels(0, 2, 1, 2)));
        Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzip(images(2, 3, 2)));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(2, 0));
    }
}
