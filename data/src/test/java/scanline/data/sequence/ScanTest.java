package scanline.data.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.base.DataException;
import scanline.data.base.Sha256;

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

    /** The hashes are those of the lists that NumPy 2.3 and PyTorch 2.13 draw, and of the file of the S4 repository. */
    @ParameterizedTest
    @CsvSource({
            "COLUMNS, 3ef68d09cde08f3e7acf4005b11f0d0c4640ef37a5124dc216cb2d8443e0d691",
            "BIT_REVERSAL, 603ce0307a3e869ba1d4f56adbb046417267d7b6b8a6075328679e2f00979a80",
            "EXPRNN_92916, 8028ff1eba5833e7273ccfd96ea9211bd6d9ec929ddf612a958cc874807b2a3b",
            "LEM_5544, 44b845ec682ec4d0c1926d0efce7a2403ce37613bffcc2a4f339b9366d2c9bdd",
            "CORNN_12008, 2035d69749290721d9d878decb1618affd5240bef668cb9b366d37fd787bb7d4",
            "COOIJMANS_WITH_REPLACEMENT, a525215fd330e794895f698c45533d38ba1d9e79f05119f072680463810be987"})
    void publishedOrdersAreThoseOfTheirSources(PixelOrder order, String sha256) {
        Scan scan = new Scan.Permuted(order, 1, 1, "");
        int[] pixels = scan.order(28, 28);
        ByteBuffer bytes = ByteBuffer.allocate(4 * pixels.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(pixels);
        assertThat(Sha256.of(bytes.array())).isEqualTo(sha256);
        assertThat(Arrays.stream(pixels).distinct().count())
                .isEqualTo(order == PixelOrder.COOIJMANS_WITH_REPLACEMENT ? 501 : 784);
        assertThat(new Scan.Permuted(order, 2, 1, "").order(28, 28)).isEqualTo(pixels);
    }

    @Test
    void columnsAndBitReversalAreOrdersOfImagesOfAnySize() {
        assertOrder(new Scan.Permuted(PixelOrder.COLUMNS, 1, 1, ""), 6, 1, 0, 3, 1, 4, 2, 5);
        assertOrder(new Scan.Permuted(PixelOrder.BIT_REVERSAL, 1, 2, ""), 3, 2, 0, 4, 2, 1, 5, 3);
        assertThat(new Scan.Permuted(PixelOrder.BIT_REVERSAL, 1, 1, "").order(1, 1)).containsExactly(0);
        assertThat(new Scan.Permuted(PixelOrder.BIT_REVERSAL, 1, 1, "").order(2, 4)).containsExactly(0, 4, 2, 6, 1, 5,
                3, 7);
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPRNN_92916", "LEM_5544", "CORNN_12008", "COOIJMANS_WITH_REPLACEMENT"})
    void drawnOrdersAreRejectedForImagesOfAnotherSize(PixelOrder order) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Scan.Permuted(order, 1, 1, "").order(14, 56))
                .withMessage("data.scan.order=" + order.toString().toLowerCase(Locale.ROOT)
                        + " is an order of images of 28 x 28, not of 14 x 56;"
                        + " seed, columns and bit_reversal are orders of images of any size");
    }

    @Test
    void aFileAndAPublishedOrderAreRejectedTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Scan.Permuted(PixelOrder.LEM_5544, 1, 1, "/order.txt"))
                .withMessage("order is lem_5544, but a file (/order.txt) also gives an order; only one can be used");
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
