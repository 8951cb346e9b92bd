package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import scanline.data.base.DataException;

class DrawingTest {
    /** A filled rectangle. */
    private static Drawing rectangle(int size, int top, int bottom, int left, int right) {
        byte[] pixels = new byte[size * size];
        for (int y = top; y < bottom; y++) {
            Arrays.fill(pixels, y * size + left, y * size + right, (byte) 255);
        }
        return new Drawing(size, size, pixels);
    }

    private static int at(ImageSet image, int y, int x) {
        return Byte.toUnsignedInt(image.pixels()[y * image.width() + x]);
    }

    @Test
    void aDrawingIsScaledToTwentyPixelsAndCentered() {
        for (int corner : new int[] {0, 50, 200}) {
            ImageSet image = rectangle(280, corner, corner + 60, corner, corner + 30).centered(new PictureSize(28, 28),
                    10);
            for (int y = 0; y < 28; y++) {
                for (int x = 0; x < 28; x++) {
                    assertThat(at(image, y, x)).as("%d, %d", y, x)
                            .isEqualTo(y >= 4 && y < 24 && x >= 9 && x < 19 ? 255 : 0);
                }
            }
        }
    }

    @Test
    void itsCenterOfMassIsTheCenterOfTheImage() {
        // An L: heavy on the left and at the bottom.
        byte[] pixels = rectangle(100, 10, 90, 20, 30).pixels();
        for (int y = 80; y < 90; y++) {
            Arrays.fill(pixels, y * 100 + 20, y * 100 + 70, (byte) 200);
        }
        ImageSet image = new Drawing(100, 100, pixels).centered(new PictureSize(28, 28), 10);
        double mass = 0;
        double row = 0;
        double column = 0;
        for (int y = 0; y < 28; y++) {
            for (int x = 0; x < 28; x++) {
                mass += at(image, y, x);
                row += at(image, y, x) * (y + 0.5);
                column += at(image, y, x) * (x + 0.5);
            }
        }
        assertThat(row / mass).isCloseTo(14, within(0.5));
        assertThat(column / mass).isCloseTo(14, within(0.5));
    }

    @Test
    void itStaysInsideTheImageDespiteAnUnevenMass() {
        byte[] pixels = rectangle(100, 0, 100, 0, 2).pixels();
        Arrays.fill(pixels, 0, 100, (byte) 255);
        ImageSet image = new Drawing(100, 100, pixels).centered(new PictureSize(28, 28), 10);
        int sum = 0;
        for (byte pixel : image.pixels()) {
            sum += Byte.toUnsignedInt(pixel);
        }
        assertThat(sum).isPositive();
        assertThat(image.count()).isEqualTo(1);
    }

    @Test
    void anEmptyDrawingIsBlack() {
        assertThat(new Drawing(50, 40, new byte[2000]).centered(new PictureSize(28, 28), 10).pixels()).containsOnly(0);
    }

    @Test
    void aFullSizeDrawingIsOnlyScaled() {
        ImageSet image = rectangle(112, 0, 56, 0, 56).scaled(new PictureSize(56, 56), 10);
        assertThat(at(image, 0, 0)).isEqualTo(255);
        assertThat(at(image, 27, 27)).isEqualTo(255);
        assertThat(at(image, 28, 28)).isZero();
    }

    @Test
    void invalidSizesAreRejected() {
        assertThatThrownBy(() -> new Drawing(0, 5, new byte[0])).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new Drawing(5000, 1, new byte[5000])).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new Drawing(5, 5, new byte[24])).isInstanceOf(DataException.class)
                .hasMessageContaining("24");
    }
}
