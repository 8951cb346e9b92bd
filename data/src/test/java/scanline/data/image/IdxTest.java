package scanline.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static scanline.samples.IdxSamples.gzip;
import static scanline.samples.IdxSamples.idx;
import static scanline.samples.IdxSamples.images;
import static scanline.samples.IdxSamples.labels;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.DataException;

class IdxTest {
    @TempDir
    private Path folder;

    @Test
    void aRawFileIsReadWithItsSizesAndValues() throws IOException {
        Path file = Files.write(folder.resolve("raw"), idx(new byte[] {1, 2, 3, 4, 5, (byte) 250}, 1, 2, 3));
        Idx idx = Idx.read(file, 3);
        assertThat(idx.sizes()).containsExactly(1, 2, 3);
        assertThat(idx.data()).containsExactly(1, 2, 3, 4, 5, (byte) 250);
    }

    @Test
    void gzippedFilesAreRecognizedByContentRatherThanName() throws IOException {
        Path file = Files.write(folder.resolve("raw"), gzip(labels(7, 8)));
        assertThat(Idx.read(file, 1).data()).containsExactly(7, 8);
    }

    @Test
    void aGzipHeaderMayHaveANameACommentExtraBytesAndAChecksum() throws IOException {
        byte[] plain = gzip(labels(7, 8));
        var fancy = new ByteArrayOutputStream();
        fancy.write(plain, 0, 3);
        fancy.write(2 | 4 | 8 | 16);
        fancy.write(plain, 4, 6);
        fancy.writeBytes(new byte[] {3, 0, 9, 9, 9, 'n', 0, 'c', 'o', 0, 1, 2});
        fancy.write(plain, 10, plain.length - 10);
        assertThat(read(fancy.toByteArray(), 1).data()).containsExactly(7, 8);
    }

    @Test
    void severalGzipMembersAreReadOneAfterTheOther() throws IOException {
        byte[] content = images(50, 40, 40);
        var members = new ByteArrayOutputStream();
        for (int from = 0; from < content.length; from += 3000) {
            members.writeBytes(gzip(Arrays.copyOfRange(content, from, Math.min(from + 3000, content.length))));
            members.writeBytes(gzip(new byte[0]));
        }
        byte[] whole = members.toByteArray();
        assertThat(read(whole, 3).data()).isEqualTo(Arrays.copyOfRange(content, 16, content.length));
        byte[] damaged = whole.clone();
        damaged[damaged.length - 1] ^= 1; // the length of the last member
        refusal(damaged, 3).contains("damaged gzip data: checksum does not match");
        refusal(Arrays.copyOf(whole, whole.length - 25), 3).contains("truncated");
    }

    @Test
    void aFileCompressedAThousandfoldIsReadCompletely() {
        Idx idx = read(gzip(idx(new byte[3_000_000], 3, 1000, 1000)), 3);
        assertThat(idx.data()).hasSize(3_000_000).containsOnly(0);
    }

    @Test
    void theHashIsThatOfTheDecompressedFile() throws Exception {
        byte[] content = images(3, 4, 5);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        assertThat(read(gzip(content), 3).sha256()).isEqualTo(HexFormat.of().formatHex(digest));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> Idx.read(folder.resolve("none"), 1))
                .withMessage(folder.resolve("none") + ": no such file");
    }

    @Test
    void aFolderIsRejected() {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> Idx.read(folder, 1))
                .withMessageStartingWith("cannot read " + folder + ": ");
    }

    @Test
    void truncatedFilesAreRejectedWithTheirLength() {
        byte[] cut = Arrays.copyOf(images(2, 3, 3), 30);
        refusal(cut, 3).contains("truncated", "2 x 3 x 3", "34 bytes", "the file has 30");
        refusal(gzip(cut), 3).contains("truncated", "2 x 3 x 3", "34 bytes", "the file has 30");
    }

    @Test
    void filesThatAreTooLongAreRejectedWithTheirLength() {
        byte[] more = Arrays.copyOf(images(2, 3, 3), 40);
        refusal(more, 3).contains("too long", "2 x 3 x 3", "34 bytes", "the file has 40");
        refusal(gzip(more), 3).contains("more than the 34 bytes", "2 x 3 x 3");
    }

    @Test
    void emptyAndTinyFilesAreReportedAsTruncated() {
        refusal(new byte[0], 1).contains("truncated", "takes 8 bytes, but the file has 0");
        refusal(new byte[] {0x1f}, 1).contains("truncated", "the file has 1");
        refusal(Arrays.copyOf(images(1, 1, 1), 9), 3).contains("truncated", "takes 16 bytes, but the file has 9");
    }

    @Test
    void wrongMagicIsShown() {
        refusal("PNG, perhaps".getBytes(), 3).contains("not an IDX file", "504e472c", "00000803");
    }

    @Test
    void valuesOtherThanUnsignedBytesAreRejected() {
        byte[] floats = images(1, 1, 1);
        floats[2] = 0x0d;
        refusal(floats, 3).contains("type 0x0d", "0x08");
    }

    @Test
    void labelsInPlaceOfImagesAreRejected() {
        refusal(labels(1, 2), 3).contains("1 dimensions instead of 3");
        refusal(images(1, 2, 2), 1).contains("3 dimensions instead of 1");
    }

    @Test
    void aSizeOfZeroIsRejected() {
        refusal(idx(new byte[0], 0), 1).contains("empty: the sizes in its header are 0");
        refusal(idx(new byte[0], 5, 0, 28), 3).contains("empty: the sizes in its header are 5 x 0 x 28");
    }

    @Test
    void sizesTooLargeForAnArrayAreRejected() {
        refusal(idx(new byte[9], -1, -1, -1), 3).contains("too large", "4294967295 x 4294967295 x 4294967295");
        refusal(gzip(idx(new byte[9], 65536, 65536, 1)), 3).contains("too large");
    }

    @Test
    @Timeout(20)
    void aHeaderWithHugeSizesAllocatesNoMemory() {
        long promised = Math.min(Runtime.getRuntime().maxMemory() / 2, Integer.MAX_VALUE) - 64;
        byte[] liar = gzip(idx(new byte[100], (int) promised));
        for (int i = 0; i < 1000; i++) { // would take minutes if it were allocated
            refusal(liar, 1).contains("truncated", "the file has 108");
        }
    }

    @Test
    void truncatedGzipFilesAreRejected() {
        byte[] whole = gzip(images(2, 5, 5));
        for (int length = 2; length < whole.length; length++) {
            refusal(Arrays.copyOf(whole, length), 3).contains("truncated");
        }
    }

    @Test
    void aFlippedBitInTheGzippedContentIsDetected() {
        byte[] whole = gzip(images(2, 50, 50));
        int header = 10;
        for (int i = header; i < whole.length; i += 7) {
            byte[] flipped = whole.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            refusal(flipped, 3).isNotEmpty();
        }
        byte[] stored = whole.clone();
        stored[whole.length - 6] ^= 1; // in the checksum
        refusal(stored, 3).contains("damaged gzip data: checksum does not match");
    }

    @Test
    void bytesAfterTheGzippedContentAreRejected() {
        byte[] whole = gzip(labels(1, 2));
        refusal(Arrays.copyOf(whole, whole.length + 1), 1).contains("damaged gzip data: more bytes after its end");
    }

    @Test
    void damageGivesOneClearLineOrContentOfTheSameKind() {
        var random = new Random(20);
        byte[][] seeds = {images(6, 7, 5), gzip(images(6, 7, 5)), gzip(idx(new byte[4000], 10, 20, 20))};
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = seeds[i % seeds.length].clone();
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                // most of the damage goes to the header, where it hurts
                int at = random.nextInt(random.nextBoolean() ? 30 : bytes.length);
                bytes[at] = random.nextBoolean()
                        ? (byte) random.nextInt()
                        : (byte) (bytes[at] ^ 1 << random.nextInt(8));
            }
            if (random.nextInt(3) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            }
            try {
                Idx idx = read(bytes, 3);
                assertThat(idx.data()).hasSize(idx.sizes()[0] * idx.sizes()[1] * idx.sizes()[2]);
            } catch (DataException e) {
                assertThat(e).hasMessageStartingWith("NAME: ").hasMessageNotContaining("null")
                        .message().hasLineCount(1);
            }
        }
    }

    private static AbstractStringAssert<?> refusal(byte[] bytes, int dimensions) {
        DataException refusal = catchThrowableOfType(DataException.class, () -> read(bytes, dimensions));
        assertThat(refusal).hasMessageStartingWith("NAME: ");
        return assertThat(refusal.getMessage()).hasLineCount(1);
    }

    private static Idx read(byte[] bytes, int dimensions) {
        return Idx.read("NAME", new ByteArrayInputStream(bytes), bytes.length, dimensions);
    }
}
