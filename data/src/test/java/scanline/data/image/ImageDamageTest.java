package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static scanline.samples.Pictures.inserted;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.base.DataException;
import scanline.samples.Pictures;

/** What a file says about its image: whether it is whole, how its colors are stored, and how the camera was held. */
class ImageDamageTest {
    private static final int PNG_HEADER_END = 33;
    private static final int PNG_END_BYTES = 12;

    @TempDir
    private Path folder;

    private static byte[] stripes(String format, boolean progressive) throws IOException {
        BufferedImage image = new BufferedImage(120, 90, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 90; i++) {
            graphics.setColor(new Color(37 * i % 256, 91 * i % 256, 53 * i % 256));
            graphics.drawLine(0, i, 120, 90 - i);
        }
        graphics.dispose();
        return Pictures.written(format, image, progressive);
    }

    private byte[] read(byte[] content, int height, int width) throws IOException {
        return ImageFile.pixels(Files.write(folder.resolve("image"), content), new PictureSize(height, width),
                Preparation.SCALE);
    }

    private void refused(byte[] content, String reason) {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> read(content, 8, 8))
                .withMessageStartingWith(folder.resolve("image") + " is a broken image: ")
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void truncatedJpegsAreRejected(boolean progressive) throws IOException {
        byte[] whole = stripes("jpeg", progressive);
        assertThat(read(whole, 8, 8)).hasSize(64);
        for (int cut = 1; cut < 20; cut++) {
            refused(Arrays.copyOf(whole, whole.length * cut / 20), "");
        }
        refused(Arrays.copyOf(whole, whole.length - 2), "it ends before its end-of-image marker");
    }

    @Test
    void jpegsWithDamagedPixelDataAreRejected() throws IOException {
        byte[] damaged = stripes("jpeg", false);
        for (int i = damaged.length / 2; i < damaged.length - 2; i++) {
            damaged[i] = 0x55;
        }
        refused(damaged, "Corrupt JPEG data");
    }

    @Test
    void jpegsWithDecoderWarningsAreRead() throws IOException {
        byte[] whole = stripes("jpeg", false);
        byte[] expected = read(whole, 8, 8);
        byte[] profile = {(byte) 0xff, (byte) 0xe2, 0, 18, 'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0, 1,
                1, 9, 9};
        assertThat(read(inserted(whole, 2, profile), 8, 8)).isEqualTo(expected);
        assertThat(read(inserted(whole, whole.length - 2, new byte[] {0, 0, 0}), 8, 8)).isEqualTo(expected);
        assertThat(read(inserted(whole, whole.length, new byte[1000]), 8, 8)).isEqualTo(expected);
    }

    @Test
    void pngsWithAWrongChunkChecksumAreRejected() throws IOException {
        byte[] whole = inserted(stripes("png", false), PNG_HEADER_END, chunk("tEXt", "Title\0a text".getBytes(
                StandardCharsets.ISO_8859_1)));
        assertThat(read(whole, 8, 8)).hasSize(64);
        for (int at = 8; at < whole.length;) {
            int end = at + 12 + ByteBuffer.wrap(whole).getInt(at);
            byte[] damaged = whole.clone();
            damaged[end - 1] ^= 1;
            refused(damaged, "the checksum of its " + new String(whole, at + 4, 4, StandardCharsets.ISO_8859_1)
                    + " chunk is wrong");
            at = end;
        }
    }

    @Test
    void pngsWithoutAnEndChunkAreRejected() throws IOException {
        byte[] whole = stripes("png", false);
        refused(Arrays.copyOf(whole, whole.length - PNG_END_BYTES), "it ends before its IEND chunk");
        refused(Arrays.copyOf(whole, whole.length / 2), "it ends before its IEND chunk");
        assertThat(read(inserted(whole, whole.length, new byte[9]), 8, 8)).isEqualTo(read(whole, 8, 8));
    }

    private static byte[] chunk(String name, byte[] content) {
        return Pictures.chunk(inserted(name.getBytes(StandardCharsets.ISO_8859_1), name.length(), content));
    }

    /** Made with Pillow: paper on the left; green at the top right, of cyan and yellow; black below it. */
    @ParameterizedTest
    @ValueSource(strings = {"cmyk.jpg", "ycck.jpg"})
    void cmykIsConvertedToGray(String name) throws IOException {
        byte[] pixels = read(resource(name), 2, 2);
        // Turned light on dark: the border is light in the mean.
        assertThat(Byte.toUnsignedInt(pixels[0])).isLessThan(4);
        assertThat(Byte.toUnsignedInt(pixels[2])).isLessThan(4);
        assertThat(Byte.toUnsignedInt(pixels[1])).isBetween(255 - 154, 255 - 146);
        assertThat(Byte.toUnsignedInt(pixels[3])).isGreaterThan(251);
    }

    @Test
    void cmykOfUnknownEncodingIsRejected() throws IOException {
        byte[] unmarked = resource("cmyk.jpg");
        unmarked[new String(unmarked, StandardCharsets.ISO_8859_1).indexOf("Adobe")] = 'X';
        refused(unmarked, "it has four color components but does not state how they are stored: save it in RGB");
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ImageDamageTest.class.getResourceAsStream(name))) {
            return in.readAllBytes();
        }
    }

    private static byte[] exif(ByteOrder order, int orientation) {
        return ByteBuffer.allocate(38).order(order).putShort((short) (order == ByteOrder.BIG_ENDIAN ? 0x4D4D : 0x4949))
                .putShort((short) 42).putInt(8).putShort((short) 2)
                // another tag, ImageWidth, stands before it
                .putShort((short) 0x0100).putShort((short) 4).putInt(1).putInt(3)
                .putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation)
                .putShort((short) 0)
                .putInt(0).array();
    }

    private static BufferedImage letters(int side) {
        BufferedImage image = new BufferedImage(3 * side, 2 * side, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 6 * side * side; i++) {
            int x = i % (3 * side);
            int y = i / (3 * side);
            image.getRaster().setSample(x, y, 0, 10 + 20 * (y / side * 3 + x / side));
        }
        return image;
    }

    private static int[] levels(String rows) {
        return rows.replace("/", "").chars().map(letter -> 10 + 20 * (letter - 'a')).toArray();
    }

    /** The stored image is abc over def. */
    @ParameterizedTest
    @CsvSource({"1, abc/def", "2, cba/fed", "3, fed/cba", "4, def/abc", "5, ad/be/cf", "6, da/eb/fc", "7, fc/eb/da",
            "8, cf/be/ad", "0, abc/def", "9, abc/def"})
    void exifOrientationIsApplied(int orientation, String seen) throws IOException {
        int height = seen.split("/").length;
        int width = seen.indexOf('/');
        int[] expected = levels(seen);
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            byte[] exif = exif(order, orientation);
            byte[] png = inserted(Pictures.written("png", letters(1), false), PNG_HEADER_END, chunk("eXIf", exif));
            byte[] pixels = read(png, height, width);
            for (int i = 0; i < pixels.length; i++) {
                assertThat(Byte.toUnsignedInt(pixels[i])).isEqualTo(expected[i]);
            }
            byte[] segment = ByteBuffer.allocate(10 + exif.length).putShort((short) 0xffe1)
                    .putShort((short) (8 + exif.length)).put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1)).put(exif)
                    .array();
            byte[] jpeg = read(inserted(Pictures.written("jpeg", letters(16), false), 2, segment), height, width);
            for (int i = 0; i < jpeg.length; i++) {
                assertThat(Byte.toUnsignedInt(jpeg[i])).isBetween(expected[i] - 4, expected[i] + 4);
            }
        }
    }

    @Test
    void damagedExifDataIsIgnored() {
        byte[] exif = exif(ByteOrder.BIG_ENDIAN, 6);
        assertThat(Orientation.of(exif)).isEqualTo(6);
        for (int cut = 0; cut < 30; cut++) {
            assertThat(Orientation.of(Arrays.copyOf(exif, cut))).isEqualTo(Orientation.UPRIGHT);
        }
        exif[4] = (byte) 0xff; // its first directory lies before its beginning
        assertThat(Orientation.of(exif)).isEqualTo(Orientation.UPRIGHT);
    }
}
