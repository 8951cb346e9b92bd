package scanline.data.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.base.DataException;

/** Orders of images of 2 rows and 3 columns, whose pixels are numbered 0 1 2 and 3 4 5. */
class ScanTest {
    @TempDir
    private Path folder;

    @Test
    void rowsAreReadFromTheTop() {
        assertOrder(new Scan.Rows(), 2, 3, 0, 1, 2, 3, 4, 5);
    }

    @Test
    void columnsAreReadFromTheLeft() {
        assertOrder(new Scan.Columns(), 3, 2, 0, 3, 1, 4, 2, 5);
    }

    @Test
    void pixelsAreReadRowByRow() {
        assertOrder(new Scan.Pixels(), 6, 1, 0, 1, 2, 3, 4, 5);
    }

    @Test
    void chunksAreSomePixelsRowByRow() {
        assertOrder(new Scan.Chunks(2), 3, 2, 0, 1, 2, 3, 4, 5);
        assertOrder(new Scan.Chunks(6), 1, 6, 0, 1, 2, 3, 4, 5);
    }

    @Test
    void patchesAreReadRowByRowAndSoAreTheirPixels() {
        Scan patches = new Scan.Patches(2, false);
        assertThat(patches.order(4, 6)).containsExactly(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 18, 19, 14, 15,
                20,
                21, 16, 17, 22, 23);
        assertThat(patches.steps(4, 6)).isEqualTo(6);
        assertThat(patches.features(4, 6)).isEqualTo(4);
        assertOrder(new Scan.Patches(1, false), 6, 1, 0, 1, 2, 3, 4, 5);
    }

    @Test
    void paddingIsEvenWithAnyExtraAtTheBottomAndRight() {
        assertOrder(new Scan.Patches(2, true), 2, 4, 0, 1, 3, 4, 2, -1, 5, -1);
        assertOrder(new Scan.Patches(3, true), 1, 9, 0, 1, 2, 3, 4, 5, -1, -1, -1);
        assertThat(new Scan.Patches(3, true).order(1, 4)).containsExactly(-1, -1, -1, -1, 0, 1, -1, -1, -1, -1, -1, -1,
                2, 3, -1, -1, -1, -1);
    }

    @Test
    void paddingChangesNothingWherePatchesFit() {
        assertThat(new Scan.Patches(14, true).order(28, 28)).isEqualTo(Scan.Patches.DEFAULT.order(28, 28));
    }

    @Test
    void thePatchesOfSixOfAnMnistImageAreThoseOfAnImageOfThirty() {
        Scan patches = new Scan.Patches(6, true);
        assertThat(patches.steps(28, 28)).isEqualTo(25);
        assertThat(patches.features(28, 28)).isEqualTo(36);
        int[] order = patches.order(28, 28);
        assertThat(Arrays.stream(order).filter(pixel -> pixel >= 0).sorted()).containsExactly(
                IntStream.range(0, 784).boxed().toArray(Integer[]::new));
        assertThat(order).hasSize(900).startsWith(-1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, -1, 28).endsWith(-1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    6  | false | 28 | 28 | must divide both sides of an image of 28 x 28 (1, 2, 4, 7, 14, 28), unless data.scan.pad is true
                    28 | false | 28 | 14 | must divide both sides of an image of 28 x 14 (1, 2, 7, 14), unless data.scan.pad is true
                    29 | true  | 14 | 28 | must be at most 28 for an image of 14 x 28
                    """)
    void patchesThatDoNotFitAreRejected(int size, boolean pad, int height, int width, String message) {
        Scan scan = new Scan.Patches(size, pad);
        for (ThrowingCallable refused : new ThrowingCallable[] {() -> scan.steps(height, width),
                () -> scan.features(height, width), () -> scan.order(height, width)}) {
            assertThatExceptionOfType(DataException.class).isThrownBy(refused)
                    .withMessage("data.scan.size is " + size + ", but " + message);
        }
    }

    @Test
    void aFileDeterminesTheOrderAndTheSeedIsIgnored() throws IOException {
        String file = file(" 5 3\t1\r\n4\n0 2\n");
        assertOrder(new Scan.Permuted(1, 3, file), 2, 3, 5, 3, 1, 4, 0, 2);
        assertOrder(new Scan.Permuted(2, 1, file), 6, 1, 5, 3, 1, 4, 0, 2);
    }

    @Test
    void thePermutationOfASeedNeverChanges() {
        assertThat(new Scan.Permuted(1, 1, "").order(2, 3)).containsExactly(1, 0, 3, 4, 5, 2);
        assertThat(new Scan.Permuted(1, 2, "").order(2, 3)).containsExactly(1, 0, 3, 4, 5, 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, -1, Long.MIN_VALUE})
    void thePermutationOfASeedHasEveryPixelOnce(long seed) {
        int[] order = new Scan.Permuted(seed, 1, "").order(28, 28);
        assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, 784).toArray())
                .isNotEqualTo(new Scan.Pixels().order(28, 28))
                .isNotEqualTo(new Scan.Permuted(seed + 1, 1, "").order(28, 28));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            5    | 28 | 28 | the 784 pixels of an image of 28 x 28; the nearest that do are 4 and 7
            700  | 28 | 28 | the 784 pixels of an image of 28 x 28; the nearest that do are 392 and 784
            1000 | 28 | 28 | the 784 pixels of an image of 28 x 28; the nearest that does is 784
            2    | 1  | 3  | the 3 pixels of an image of 1 x 3; the nearest that do are 1 and 3
            """)
    void sizesThatDoNotDivideTheImageAreRejected(int size, int height, int width, String message) {
        for (Scan scan : new Scan[] {new Scan.Chunks(size), new Scan.Permuted(1, size, "")}) {
            assertThatExceptionOfType(DataException.class).isThrownBy(() -> scan.steps(height, width))
                    .withMessage("data.scan.size is " + size + ", but must divide " + message);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 1 2 3 4        | holds 5 numbers
            0 1 2 3 4 5 6    | holds 7 numbers
            ' '              | holds 0 numbers
            0 1 2 3 4 4      | holds 4 twice
            1 2 3 4 5 6      | holds "6"
            0 1 2 3 4 -5     | holds "-5"
            0 1 2 3 4 five   | holds "five"
            0 1 2 3 4 5.0    | holds "5.0"
            """)
    void nonPermutationsAreRejected(String content, String wrong) throws IOException {
        assertRejected(file(content), wrong);
    }

    @Test
    void missingAndNonTextFilesAreRejected() throws IOException {
        assertRejected(folder.resolve("nowhere").toString(), "no such file");
        assertRejected(folder.toString(), "no such file");
        assertRejected(Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, 0}).toString(),
                "is not UTF-8 text");
    }

    @Test
    void filesAreReadNoFurtherThanTheLongestOrder() throws IOException {
        String wide = "0 1 2 3 4 5" + " ".repeat(4096 + 6 * 16 - 11);
        assertThat(new Scan.Permuted(1, 1, file(wide)).order(2, 3)).containsExactly(0, 1, 2, 3, 4, 5);
        assertRejected(file(wide + " "), "is longer than 4192 bytes");
    }

    @Test
    void longAndHostileWordsAreShownShortInOneLine() throws IOException {
        assertRejected(file("0 1 2 3 4 " + "\u2028\u001b\u202e".repeat(200)),
                "holds \"" + "\\u2028\\u001b\\u202e".repeat(20) + "...\"");
    }

    @Test
    void invalidFileNamesAreRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Scan.Permuted(1, 1, "a\0b"))
                .withMessage("file cannot be the name of a file: \"a\\u0000b\"");
    }

    private static void assertRejected(String file, String wrong) {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> new Scan.Permuted(1, 1, file).order(2, 3))
                .withMessage("data.scan.file=" + file + ": " + wrong
                        + "; it must hold each number from 0 to 5 once, for images of 2 x 3");
    }

    private static void assertOrder(Scan scan, int steps, int features, int... order) {
        assertThat(scan.steps(2, 3)).isEqualTo(steps);
        assertThat(scan.features(2, 3)).isEqualTo(features);
        assertThat(scan.order(2, 3)).containsExactly(order);
    }

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("order.txt"), content).toString();
    }
}
