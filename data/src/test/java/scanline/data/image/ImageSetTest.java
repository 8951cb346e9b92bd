package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.data.base.DataException;

class ImageSetTest {
    private final ImageSet three = new ImageSet(1, 2, new byte[] {1, 2, 3, 4, 5, 6}, new byte[] {0, 1, (byte) 200},
            201);

    @Test
    void aSliceHasTheImagesAndLabelsOfItsRange() {
        ImageSet slice = three.slice(1, 3);
        assertThat(slice.count()).isEqualTo(2);
        assertThat(slice.pixels()).containsExactly(3, 4, 5, 6);
        assertThat(slice.label(1)).isEqualTo(200);
        assertThat(slice.classes()).isEqualTo(201);
    }

    @Test
    void askingForMoreImagesThanExistReturnsAll() {
        assertThat(three.first(4)).isSameAs(three);
        assertThat(three.first(1).pixels()).containsExactly(1, 2);
    }

    @Test
    void aShrunkPixelIsTheMeanOfItsBlockWithHalvesRoundedUp() {
        byte[] pixels = {
                0, 1, 10, 20, (byte) 255, (byte) 255,
                1, 0, 30, 40, (byte) 255, (byte) 254,
                // The second image.
                7, 7, 0, 0, 1, 0,
                7, 8, 0, 1, 0, 0};
        ImageSet small = new ImageSet(2, 6, pixels, new byte[] {3, 1}, 4).shrunk(2);
        assertThat(small.height()).isEqualTo(1);
        assertThat(small.width()).isEqualTo(3);
        // 2 / 4, 100 / 4, 1019 / 4; 29 / 4, 1 / 4, 1 / 4
        assertThat(small.pixels()).containsExactly(1, 25, 255, 7, 0, 0);
        assertThat(small.label(0)).isEqualTo(3);
        assertThat(small.classes()).isEqualTo(4);
    }

    @Test
    void aBlockOfNinePixelsHasNoHalves() {
        byte[] pixels = {0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0};
        assertThat(new ImageSet(3, 3, pixels, new byte[2], 1).shrunk(3).pixels()).containsExactly(0, 1);
    }

    @Test
    void shrinkingByOneChangesNothing() {
        assertThat(three.shrunk(1)).isSameAs(three);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3  | 28 | 28 | 28 x 28; the nearest that do are 2 and 4
            4  | 8  | 6  | 8 x 6; the nearest that does is 2
            2  | 1  | 2  | 1 x 2; the nearest that does is 1
            30 | 28 | 28 | 28 x 28; the nearest that does is 28
            """)
    void factorsThatDoNotDivideBothSidesAreRejected(int factor, int height, int width, String message) {
        ImageSet one = new ImageSet(height, width, new byte[height * width], new byte[1], 1);
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> one.shrunk(factor))
                .withMessage("data.shrink is " + factor + ", but must divide both sides of an image of " + message);
    }

    @Test
    void mismatchedSizesAndInvalidLabelsAreRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageSet(2, 2, new byte[7], new byte[2], 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageSet(1, 1, new byte[1], new byte[] {-1}, 255))
                .withMessage("label 255 is not below the number of classes, 255");
    }
}
