package scanline.lab.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Encodes images in the PNG format (W3C, Portable Network Graphics, third edition). */
public final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int BITS = 8;
    private static final int GRAY = 0;
    private static final int COLOR_AND_OPACITY = 6;

    private Png() {}

    /**
     * Encodes a grayscale image as the content of a file.
     *
     * @param pixels unsigned bytes, row-major: height x width; 0 is black
     */
    public static byte[] gray(byte[] pixels, int height, int width) {
        return of(pixels, height, width, 1, GRAY);
    }

    /**
     * Encodes a color image with transparency as the content of a file.
     *
     * @param pixels unsigned bytes, row-major: height x width x (red, green, blue, opacity)
     */
    public static byte[] color(byte[] pixels, int height, int width) {
        return of(pixels, height, width, 4, COLOR_AND_OPACITY);
    }

    private static byte[] of(byte[] pixels, int height, int width, int channels, int kind) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(SIGNATURE);
        // The bytes after the color type stay 0: the only compression and filter methods, and no interlacing.
        chunk(png, "IHDR",
                ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) BITS).put((byte) kind).array());
        chunk(png, "IDAT", deflated(rows(pixels, height, channels * width)));
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    /** Puts a byte before each row that states its filter: 0, no filter. */
    private static byte[] rows(byte[] pixels, int height, int rowBytes) {
        byte[] rows = new byte[height * (1 + rowBytes)];
        for (int y = 0; y < height; y++) {
            System.arraycopy(pixels, y * rowBytes, rows, y * (1 + rowBytes) + 1, rowBytes);
        }
        return rows;
    }

    private static byte[] deflated(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] part = new byte[4096];
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(content);
            deflater.finish();
            while (!deflater.finished()) {
                out.write(part, 0, deflater.deflate(part));
            }
        }
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length)
                .put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + content.length);
        png.writeBytes(chunk.putInt((int) crc.getValue()).array());
    }
}
