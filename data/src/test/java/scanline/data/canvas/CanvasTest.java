package scanline.data.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.data.canvas.Canvas.Answer;
import scanline.data.canvas.Canvas.Scatter.Order;
import scanline.data.image.ImageSet;
import scanline.engine.random.RandomKey;

class CanvasTest {
    @Test
    void aSingleImageIsItsOwnPictureAndNothingIsDrawn() {
        ImageSet images = new ImageSet(1, 1, new byte[2], new byte[2], 1);
        Canvas single = Canvas.Single.DEFAULT;
        assertThat(single.pictures(images, new int[] {1}, RandomKey.of(1, "test"))).isSameAs(images);
        assertThat(single.answer()).isEqualTo(Answer.CLASS);
        assertThat(single.longest()).isEqualTo(1);
        assertThat(single.drawn().isAnything()).isFalse();
    }

    @Test
    void aGridHasASequenceOfAtMostItsPlaces() {
        Canvas grid = new Canvas.Grid(2, 3, 0.5, 7, 0, 9);
        assertThat(grid.answer()).isEqualTo(Answer.SEQUENCE);
        assertThat(grid.longest()).isEqualTo(6);
        assertThat(grid.drawn()).isEqualTo(new Canvas.Drawn(7, 0, 9));
        assertThat(grid.drawn().isAnything()).isTrue();
    }

    @Test
    void aScatterHasASetOfTheMostLabels() {
        Canvas scatter = new Canvas.Scatter(20, 4, 10, 2, 3, 0, Order.RANDOM, 7, 8, 9);
        assertThat(scatter.answer()).isEqualTo(Answer.SET);
        assertThat(scatter.longest()).isEqualTo(3);
        assertThat(scatter.drawn()).isEqualTo(new Canvas.Drawn(7, 8, 9));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | 2 | 0    | 1 | 1  | 1 | rows must be from 1 to 4, not 0
            5 | 2 | 0    | 1 | 1  | 1 | rows must be from 1 to 4, not 5
            2 | 0 | 0    | 1 | 1  | 1 | columns must be from 1 to 4, not 0
            2 | 5 | 0    | 1 | 1  | 1 | columns must be from 1 to 4, not 5
            2 | 2 | -0.1 | 1 | 1  | 1 | blanks must be in [0, 1), not -0.1
            2 | 2 | 1    | 1 | 1  | 1 | blanks must be in [0, 1), not 1.0
            2 | 2 | NaN  | 1 | 1  | 1 | blanks must be in [0, 1), not NaN
            2 | 2 | 0    | 0 | 1  | 1 | train must be at least 1, not 0
            2 | 2 | 0    | 1 | -1 | 1 | validation must be 0 or more, not -1
            2 | 2 | 0    | 1 | 1  | 0 | test must be at least 1, not 0
            """)
    void aGridOutOfRangeIsRefused(int rows, int columns, double blanks, int train, int validation, int test,
            String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Canvas.Grid(rows, columns, blanks, train, validation, test))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    3   | 4  | 4  | 1 | 1 | 0   | size must be from 4 to 512, not 3
                    513 | 4  | 4  | 1 | 1 | 0   | size must be from 4 to 512, not 513
                    48  | 3  | 22 | 1 | 4 | 0   | minSize and maxSize must satisfy 4 <= minSize <= maxSize <= size, which is 48, not 3 and 22
                    48  | 23 | 22 | 1 | 4 | 0   | minSize and maxSize must satisfy 4 <= minSize <= maxSize <= size, which is 48, not 23 and 22
                    48  | 10 | 49 | 1 | 1 | 0   | minSize and maxSize must satisfy 4 <= minSize <= maxSize <= size, which is 48, not 10 and 49
                    48  | 10 | 22 | 0 | 4 | 0   | minImages and maxImages must satisfy 1 <= minImages <= maxImages, not 0 and 4
                    48  | 10 | 22 | 3 | 2 | 0   | minImages and maxImages must satisfy 1 <= minImages <= maxImages, not 3 and 2
                    48  | 10 | 22 | 1 | 5 | 0   | maxImages is 5, but a canvas of 48 x 48 only has room for 4 images of 22 x 22 side by side
                    48  | 10 | 22 | 1 | 4 | -1  | cooccurrence must be a fraction, 0 to 1, not -1.0
                    48  | 10 | 22 | 1 | 4 | 1.5 | cooccurrence must be a fraction, 0 to 1, not 1.5
                    48  | 10 | 22 | 1 | 4 | NaN | cooccurrence must be a fraction, 0 to 1, not NaN
                    """)
    void aScatterOutOfRangeIsRefused(int size, int smallest, int largest, int least, int most, double cooccurrence,
            String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Canvas.Scatter(size, smallest, largest, least, most, cooccurrence,
                        Order.FREQUENT, 1, 1, 1))
                .withMessage(message);
    }

    @Test
    void aScatterWithoutPicturesIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Canvas.Scatter(48, 10, 22, 1, 4, 0, Order.FREQUENT, 0, 1, 1))
                .withMessage("train must be at least 1, not 0");
    }
}
