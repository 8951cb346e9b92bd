package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.DataException;
import scanline.samples.Pictures;
import scanline.samples.Pngs;

class ImageFileTest {
    private static final int SIDE = 8;

    @TempDir
    private Path folder;

    private byte[] read(BufferedImage image, String format, int height, int width) throws IOException {
        Path file = folder.resolve("image." + format);
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
        return ImageFile.pixels(file, new PictureSize(height, width), Preparation.SCALE);
    }

    /** A square of a color in the middle, half as wide as the image. */
    private static BufferedImage square(int type, Color color, Color around) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, type);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, (inSquare(i) ? color : around).getRGB());
        }
        return image;
    }

    private static boolean inSquare(int pixel) {
        return pixel % SIDE / 2 % 3 != 0 && pixel / SIDE / 2 % 3 != 0;
    }

    private static byte[] expected(int inside, int outside) {
        byte[] pixels = new byte[SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (inSquare(i) ? inside : outside);
        }
        return pixels;
    }

    @Test
    void colorsAreConvertedToLuma() throws IOException {
        BufferedImage image = square(BufferedImage.TYPE_INT_RGB, new Color(200, 100, 50), Color.BLACK);
        // 0.299 x 200 + 0.587 x 100 + 0.114 x 50 = 124.2
        assertThat(read(image, "png", SIDE, SIDE)).isEqualTo(expected(124, 0));
    }

    @Test
    void aPaletteIsLookedUp() throws IOException {
        BufferedImage image = square(BufferedImage.TYPE_BYTE_BINARY, Color.WHITE, Color.BLACK);
        assertThat(read(image, "png", SIDE, SIDE)).isEqualTo(expected(255, 0));
    }

    @Test
    void sixteenBitLevelsUseTheirUpperEightBits() throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.getRaster().setSample(i % SIDE, i / SIDE, 0, inSquare(i) ? 0x7FFF : 0x01FF);
        }
        assertThat(read(image, "png", SIDE, SIDE)).isEqualTo(expected(0x7F, 1));
    }

    @Test
    void transparentImagesGetAContrastingBackground() throws IOException {
        Color nothing = new Color(0, true);
        BufferedImage dark = square(BufferedImage.TYPE_INT_ARGB, new Color(20, 20, 20), nothing);
        BufferedImage light = square(BufferedImage.TYPE_INT_ARGB, new Color(200, 200, 200), nothing);
        assertThat(read(dark, "png", SIDE, SIDE)).isEqualTo(expected(235, 0));
        assertThat(read(light, "png", SIDE, SIDE)).isEqualTo(expected(200, 0));
        assertThat(read(square(BufferedImage.TYPE_INT_ARGB, nothing, nothing), "png", SIDE, SIDE))
                .containsOnly(0);
    }

    @Test
    void grayWithAlphaIsNotBrightened() throws IOException {
        ColorModel model = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false,
                ColorModel.TRANSLUCENT, DataBuffer.TYPE_BYTE);
        WritableRaster raster = model.createCompatibleWritableRaster(SIDE, SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            raster.setPixel(i % SIDE, i / SIDE, new int[] {inSquare(i) ? 180 : 0, inSquare(i) ? 128 : 255});
        }
        byte[] pixels = read(new BufferedImage(model, raster, false, null), "png", SIDE, SIDE);
        // The drawing is dark in the mean, so that it stands on white: (180 x 128 + 255 x 127) / 255 = 217.4
        assertThat(pixels).isEqualTo(expected(217, 0));
    }

    @Test
    void nonSquareImagesAreStretched() throws IOException {
        BufferedImage image = new BufferedImage(6, 2, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, 6, 2, new byte[] {1, 3, 5, 7, 9, 11, 1, 3, 5, 7, 9, 11});
        assertThat(read(image, "png", 4, 3)).containsExactly(2, 6, 10, 2, 6, 10, 2, 6, 10, 2, 6, 10);
    }

    @Test
    void jpegIsReadToo() throws IOException {
        byte[] pixels = read(square(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.BLACK), "jpeg", 2, 2);
        for (byte pixel : pixels) {
            assertThat(Byte.toUnsignedInt(pixel)).isBetween(55, 75);
        }
    }

    @Test
    void largeImagesAreSubsampled() throws IOException {
        BufferedImage image = new BufferedImage(6000, 3000, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 750; y < 2250; y++) {
            byte[] row = new byte[3000];
            Arrays.fill(row, (byte) 200);
            image.getRaster().setDataElements(1500, y, 3000, 1, row);
        }
        byte[] pixels = read(image, "png", 4, 4);
        assertThat(Byte.toUnsignedInt(pixels[5])).isBetween(198, 200);
        assertThat(pixels[0]).isZero();
        assertThat(pixels[15]).isZero();
    }

    @Test
    void overlongSidesAreRejectedByTheHeader() throws IOException {
        Path file = folder.resolve("long.png");
        ImageIO.write(new BufferedImage(10_001, 1, BufferedImage.TYPE_BYTE_BINARY), "png", file.toFile());
        refused(file, file + " is 10001 x 1 pixels, but at most 10000 per side are supported");
    }

    @Test
    void imagesThatTakeLongToDecodeAreRejectedByTheHeader() throws IOException {
        Path png = folder.resolve("large.png");
        ImageIO.write(new BufferedImage(10_000, 4_001, BufferedImage.TYPE_BYTE_GRAY), "png", png.toFile());
        refused(png, png + " is 10000 x 4001 pixels, but at most 40 million are supported for this kind of image:"
                + " save it at a smaller size");
        ImageIO.write(new BufferedImage(5_000, 2_700, BufferedImage.TYPE_3BYTE_BGR), "png", png.toFile());
        refused(png, png + " is 5000 x 2700 pixels, but at most 13 million are supported for this kind of image:"
                + " save it at a smaller size");
        Path jpeg = folder.resolve("large.jpg");
        ImageIO.write(new BufferedImage(6_667, 6_000, BufferedImage.TYPE_BYTE_GRAY), "jpeg", jpeg.toFile());
        refused(jpeg, jpeg + " is 6667 x 6000 pixels, but at most 40 million are supported for this kind of image:"
                + " save it at a smaller size");
        byte[] progressive = Pictures.written("jpeg", new BufferedImage(2_500, 1_700, BufferedImage.TYPE_INT_RGB),
                true);
        Files.write(jpeg, progressive);
        refused(jpeg, jpeg + " is 2500 x 1700 pixels, but at most 4 million are supported for this kind of image:"
                + " save it at a smaller size");
    }

    @Test
    void scansInThumbnailsOrAfterTheEndDoNotCount() throws IOException {
        byte[] whole = Pictures.written("jpeg", new BufferedImage(5_000, 4_100, BufferedImage.TYPE_BYTE_GRAY), false);
        byte[] scans = HexFormat.of().parseHex("ffd8" + "ffda0002".repeat(20));
        byte[] segment = ByteBuffer.allocate(4 + scans.length).putShort((short) 0xffe1)
                .putShort((short) (2 + scans.length)).put(scans).array();
        Path file = folder.resolve("thumbnail.jpg");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(whole, 0, 2);
            out.write(segment);
            out.write(whole, 2, whole.length - 2);
            out.write(scans);
        }
        assertThat(ImageFile.pixels(file, new PictureSize(4, 4), Preparation.SCALE)).hasSize(16);
    }

    @Test
    void nonImagesAreNamed() throws IOException {
        Path missing = folder.resolve("missing.png");
        refused(missing, "no such file: " + missing);
        Path empty = Files.createFile(folder.resolve("empty.png"));
        refused(empty, empty + " is not a PNG or JPEG file");
        Path cut = folder.resolve("cut.png");
        Pngs.write(cut, Pngs.drawn(1, 40), 40, 40);
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 300));
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ImageFile.pixels(cut, new PictureSize(4, 4), Preparation.SCALE))
                .withMessageStartingWith(cut + " is a broken image: ");
    }

    private static void refused(Path file, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ImageFile.pixels(file, new PictureSize(4, 4), Preparation.SCALE))
                .withMessage(message);
    }
}
