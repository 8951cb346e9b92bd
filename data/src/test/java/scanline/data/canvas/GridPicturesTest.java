package scanline.data.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import scanline.data.base.DataException;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.random.RandomKey;
import scanline.samples.Drawings;

/** Grids of images of 3 x 2. */
class GridPicturesTest {
    private static final RandomKey KEY = RandomKey.of(1, "grid test");
    private static final int HEIGHT = 3;
    private static final int WIDTH = 2;
    private static final int[] CHOSEN = {4, 0, 7, 11, 5};

    // Image i has the level i + 1, so that a place shows what is there; labels are 0, 1, 2, 3, 0, ...
    private final ImageSet flat = Drawings.flat(12, HEIGHT, WIDTH, 4);

    @Test
    void aPictureHasTheSizeOfItsPlaces() {
        Pictures pictures = grid(2, 3, 0, flat);
        assertThat(pictures.height()).isEqualTo(6);
        assertThat(pictures.width()).isEqualTo(6);
        assertThat(pictures.classes()).isEqualTo(4);
    }

    @Test
    void aPictureDependsOnlyOnKeyAndNumber() {
        ImageSet noise = Drawings.noise(12, HEIGHT, WIDTH, 4);
        Pictures one = grid(2, 2, 0.3, noise);
        Pictures other = grid(2, 2, 0.3, noise);
        List<byte[]> upwards = IntStream.range(0, 50).mapToObj(n -> Drawings.draw(one, n)).toList();
        for (int n = 49; n >= 0; n--) {
            assertThat(Drawings.draw(other, n)).isEqualTo(upwards.get(n));
            assertThat(other.answer(n)).isEqualTo(one.answer(n));
        }
    }

    @Test
    void otherNumbersAndKeysGiveOtherPictures() {
        Pictures one = grid(4, 4, 0, flat);
        Pictures other = new Canvas.Grid(4, 4, 0, 1, 1, 1).pictures(flat, CHOSEN, KEY.at(1));
        List<List<Byte>> all = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            all.add(boxed(Drawings.draw(one, n)));
            all.add(boxed(Drawings.draw(other, n)));
        }
        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void aTargetHasTheLabelsOfTheImagesInReadingOrder() {
        ImageSet noise = Drawings.noise(12, HEIGHT, WIDTH, 4);
        Pictures pictures = grid(3, 2, 0.3, noise);
        for (int n = 0; n < 200; n++) {
            byte[] pixels = Drawings.draw(pictures, n);
            List<Integer> seen = new ArrayList<>();
            for (int place = 0; place < 6; place++) {
                byte[] cell = cell(pixels, place, 2);
                if (!Arrays.equals(cell, new byte[HEIGHT * WIDTH])) {
                    int image = Arrays.stream(CHOSEN)
                            .filter(i -> Arrays.equals(cell, noise.slice(i, i + 1).pixels())).findFirst()
                            .orElseThrow();
                    seen.add(noise.label(image));
                }
            }
            assertThat(pictures.answer(n)).containsExactly(seen.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    @Test
    void eachSelectedImageIsEquallyLikelyAtEachPlace() {
        Pictures pictures = grid(2, 2, 0, flat);
        int trials = 20_000;
        int[][] times = new int[4][flat.count() + 1];
        for (int n = 0; n < trials; n++) {
            byte[] pixels = Drawings.draw(pictures, n);
            for (int place = 0; place < 4; place++) {
                times[place][cell(pixels, place, 2)[0]]++;
            }
        }
        for (int[] atPlace : times) {
            for (int image = 0; image < flat.count(); image++) {
                int wanted = image;
                double probability = Arrays.stream(CHOSEN).anyMatch(i -> i == wanted) ? 1.0 / CHOSEN.length : 0;
                assertThat(Drawings.deviations(atPlace[1 + image], trials, probability))
                        .isLessThan(Drawings.DEVIATIONS);
            }
        }
    }

    @Test
    void imagesOfDifferentPlacesAreIndependent() {
        Pictures pictures = grid(1, 2, 0, flat);
        int trials = 20_000;
        int same = 0;
        for (int n = 0; n < trials; n++) {
            byte[] pixels = Drawings.draw(pictures, n);
            same += pixels[0] == pixels[WIDTH] ? 1 : 0;
        }
        assertThat(Drawings.deviations(same, trials, 1.0 / CHOSEN.length)).isLessThan(Drawings.DEVIATIONS);
    }

    @Test
    void placesAreBlankAsOftenAsConfiguredAndATargetMayBeEmpty() {
        Pictures pictures = grid(2, 2, 0.4, flat);
        int trials = 20_000;
        int[] lengths = new int[5];
        for (int n = 0; n < trials; n++) {
            lengths[pictures.answer(n).length]++;
        }
        for (int length = 0; length <= 4; length++) {
            double ways = new int[] {1, 4, 6, 4, 1}[length];
            double probability = ways * Math.pow(0.6, length) * Math.pow(0.4, 4 - length);
            assertThat(Drawings.deviations(lengths[length], trials, probability)).isLessThan(Drawings.DEVIATIONS);
        }
        int empty = IntStream.range(0, trials).filter(n -> pictures.answer(n).length == 0).findFirst().orElseThrow();
        assertThat(Drawings.draw(pictures, empty)).containsOnly(0);
    }

    @Test
    void onlyThePixelsOfThePictureAreWritten() {
        Pictures pictures = grid(1, 1, 0, flat);
        byte[] pixels = {9, 9, 9, 9, 9, 9, 9, 9};
        pictures.draw(0, pixels, 1);
        byte level = pixels[1];
        assertThat(pixels).containsExactly(9, level, level, level, level, level, level, 9);
        assertThat(level).isNotEqualTo((byte) 9);
    }

    @Test
    void anEmptyImageSetIsRejected() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Canvas.Grid.DEFAULT.pictures(flat, new int[0], KEY))
                .withMessage("data.canvas: no images to compose pictures from"
                        + " (data.limit and data.validation set how many there are)");
    }

    @Test
    void theSelectedImagesNeverChange() {
        int[] chosen = {3};
        Pictures pictures = Canvas.Grid.DEFAULT.pictures(flat, chosen, KEY);
        chosen[0] = 5;
        assertThat(Drawings.draw(pictures, 0)).containsOnly(4);
    }

    @Test
    void theFirstPicturesNeverChange() {
        assertThat(Drawings.checksum(grid(2, 3, 0.25, Drawings.noise(12, HEIGHT, WIDTH, 4)), 5))
                .isEqualTo(142057877L);
    }

    private static Pictures grid(int rows, int columns, double blanks, ImageSet images) {
        return new Canvas.Grid(rows, columns, blanks, 1, 1, 1).pictures(images, CHOSEN, KEY);
    }

    private static byte[] cell(byte[] pixels, int place, int columns) {
        byte[] cell = new byte[HEIGHT * WIDTH];
        for (int y = 0; y < HEIGHT; y++) {
            int row = place / columns * HEIGHT + y;
            System.arraycopy(pixels, (row * columns + place % columns) * WIDTH, cell, y * WIDTH, WIDTH);
        }
        return cell;
    }

    private static List<Byte> boxed(byte[] pixels) {
        List<Byte> boxed = new ArrayList<>();
        for (byte pixel : pixels) {
            boxed.add(pixel);
        }
        return boxed;
    }
}
