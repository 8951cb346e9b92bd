package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.data.dataset.IdxFiles;
import scanline.data.dataset.IdxFiles.Part;
import scanline.engine.random.RandomKey;
import scanline.samples.MnistFiles;

class InkTest {
    private static final PictureSize SIZE = new PictureSize(28, 28);
    private static final int KNOWN = 3000;
    private static final int PICTURES = 40;

    private static final ImageSet TRAIN = set(Part.TRAIN_IMAGES, Part.TRAIN_LABELS).first(KNOWN);
    private static final ImageSet TEST = set(Part.TEST_IMAGES, Part.TEST_LABELS).first(PICTURES);

    private static ImageSet set(Part images, Part labels) {
        var files = new IdxFiles.Folder(MnistFiles.FOLDER);
        return new ImageSet(28, 28, files.read(images).data(), files.read(labels).data(), 10);
    }

    /** The class of the nearest of some training images. */
    private static int nearest(byte[] image) {
        int nearest = 0;
        long least = Long.MAX_VALUE;
        for (int n = 0; n < KNOWN; n++) {
            long distance = 0;
            for (int i = 0; i < 784; i++) {
                int difference = Byte.toUnsignedInt(TRAIN.pixels()[784 * n + i]) - Byte.toUnsignedInt(image[i]);
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                nearest = TRAIN.label(n);
            }
        }
        return nearest;
    }

    private static int right(PicturedDigits kind) {
        int right = 0;
        for (int i = 0; i < PICTURES; i++) {
            right += nearest(Ink.laid(kind.of(TEST, i), SIZE)) == TEST.label(i) ? 1 : 0;
        }
        return right;
    }

    @ParameterizedTest
    @EnumSource(PicturedDigits.class)
    void digitsAreFoundInRealisticImages(PicturedDigits kind) {
        assertThat(right(kind)).isGreaterThanOrEqualTo(kind == PicturedDigits.CROPPED ? 30 : 34);
    }

    private static ImageSet picture(int height, int width, Level level) {
        byte[] pixels = new byte[height * width];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.clamp(Math.round(level.at(i / width, i % width)), 0, 255);
        }
        return new ImageSet(height, width, pixels, new byte[1], 1);
    }

    private interface Level {
        double at(int y, int x);
    }

    @Test
    void anEmptyImageHasNoInk() {
        RandomKey noise = RandomKey.of(1, "noise");
        assertThat(Ink.laid(picture(50, 40, (_, _) -> 255), SIZE)).containsOnly(0);
        assertThat(Ink.laid(picture(1, 1, (_, _) -> 0), SIZE)).containsOnly(0);
        assertThat(Ink.laid(picture(300, 400, (y, x) -> 150 + x / 8.0 + y / 12.0), SIZE)).containsOnly(0);
        assertThat(Ink.laid(picture(300, 400,
                (y, x) -> 120 + x / 8.0
                        + 10 * (noise.uniform(2L * (400 * y + x)) + noise.uniform(2L * (400 * y + x) + 1))),
                SIZE)).containsOnly(0);
    }

    @Test
    void anImageOfASingleStrokeIsReadWhateverItsShape() {
        for (int[] size : new int[][] {{9, 300}, {300, 9}, {40, 40}, {1000, 1000}}) {
            ImageSet picture = picture(size[0], size[1], (y, x) -> 3 * y > size[0] && 3 * y < 2 * size[0]
                    && 3 * x > size[1] && 3 * x < 1.4 * size[1] ? 20 : 240);
            byte[] laid = Ink.laid(picture, SIZE);
            assertThat(laid).hasSize(784).contains((byte) 255);
        }
    }

    @Test
    void aFrameIsNotInkButASingleRectangleIs() {
        Level rectangle = (y, x) -> (y >= 20 && y < 180 && x >= 30 && x < 170)
                && !(y >= 24 && y < 176 && x >= 34 && x < 166) ? 0 : 255;
        byte[] alone = Ink.laid(picture(200, 200, rectangle), SIZE);
        assertThat(Byte.toUnsignedInt(alone[14 * 28 + 5])).isGreaterThan(100); // its left side
        byte[] framed = Ink.laid(picture(200, 200,
                (y, x) -> y >= 60 && y < 140 && x >= 95 && x < 105 ? 0 : rectangle.at(y, x)), SIZE);
        assertThat(Byte.toUnsignedInt(framed[14 * 28 + 5])).isZero();
        assertThat(Byte.toUnsignedInt(framed[14 * 28 + 14])).isEqualTo(255);
    }
}
