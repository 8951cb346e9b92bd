package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.samples.Drawings;

class AreaScalingTest {
    @ParameterizedTest
    @CsvSource({"1,1,4", "1,7,4", "5,5,5", "6,5,4", "5,6,7", "3,8,13", "28,28,10", "28,28,22", "28,28,31"})
    void aPixelIsTheMeanOfItsArea(int height, int width, int side) {
        ImageSet images = Drawings.noise(3, height, width, 1);
        assertThat(scaled(images, 2, side)).isEqualTo(byDefinition(images, 2, side));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6})
    void anIntegerFactorMatchesDataShrink(int factor) {
        ImageSet images = Drawings.noise(2, 12, 12, 1);
        assertThat(scaled(images, 1, 12 / factor)).isEqualTo(images.shrunk(factor).slice(1, 2).pixels());
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 8, 11, 28, 37, 512})
    void aConstantImageStaysConstant(int side) {
        ImageSet images = Drawings.flat(255, 8, 5, 1);
        assertThat(scaled(images, 254, side)).containsOnly(-1);
        assertThat(scaled(images, 0, side)).containsOnly(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 7, 13, 28, 40, 100})
    void theMeanLevelStaysWithinTheRounding(int side) {
        ImageSet images = Drawings.noise(1, 28, 28, 1);
        assertThat(mean(scaled(images, 0, side))).isCloseTo(mean(images.pixels()), Offset.offset(0.5));
    }

    @Test
    void nothingOfThePreviousImageRemains() {
        ImageSet images = Drawings.noise(2, 9, 7, 1);
        AreaScaling scaling = new AreaScaling(images);
        byte[] first = new byte[25];
        byte[] again = new byte[25];
        scaling.scale(0, 5, 5, first);
        scaling.scale(1, 3, 3, new byte[9]);
        scaling.scale(0, 5, 5, again);
        assertThat(again).isEqualTo(first);
    }

    private static byte[] scaled(ImageSet images, int image, int side) {
        byte[] square = new byte[side * side];
        new AreaScaling(images).scale(image, side, side, square);
        return square;
    }

    /** Each pixel becomes side x side small ones, of which each pixel of the square has height x width. */
    private static byte[] byDefinition(ImageSet images, int image, int side) {
        int height = images.height();
        int width = images.width();
        byte[] square = new byte[side * side];
        for (int i = 0; i < square.length; i++) {
            long sum = 0;
            for (int y = i / side * height; y < (i / side + 1) * height; y++) {
                for (int x = i % side * width; x < (i % side + 1) * width; x++) {
                    sum += images.pixels()[(image * height + y / side) * width + x / side] & 0xFF;
                }
            }
            square[i] = (byte) Math.floor(sum / (double) (height * width) + 0.5);
        }
        return square;
    }

    private static double mean(byte[] pixels) {
        double sum = 0;
        for (byte pixel : pixels) {
            sum += pixel & 0xFF;
        }
        return sum / pixels.length;
    }
}
