package scanline.data.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import scanline.data.image.ImageSet;

/** Batches of images of 2 rows and 3 columns. */
class LoaderTest {
    private static final double MEAN = 0.1307;
    private static final double DEVIATION = 0.3081;

    private final ImageSet images = new ImageSet(2, 3, new byte[] {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, (byte) 255},
            new byte[] {1, 0}, 2);

    @Test
    void aStepOfABatchHasARowOfEachImage() {
        Loader loader = loader(new Scan.Rows());
        assertThat(loader.steps()).isEqualTo(2);
        assertThat(loader.features()).isEqualTo(3);
        assertBatch(loader, 10, 11, 12, 0, 1, 2, 13, 14, 255, 3, 4, 5);
    }

    @Test
    void aStepOfABatchHasAPixelOfEachImage() {
        assertBatch(loader(new Scan.Pixels()), 10, 0, 11, 1, 12, 2, 13, 3, 14, 4, 255, 5);
    }

    @Test
    void aStepOfABatchHasAColumnOfEachImage() {
        assertBatch(loader(new Scan.Columns()), 10, 13, 0, 3, 11, 14, 1, 4, 12, 255, 2, 5);
    }

    @Test
    void aStepOfABatchHasAPatchOfEachImagePaddedWithBlack() {
        Loader loader = loader(new Scan.Patches(2, true));
        assertThat(loader.steps()).isEqualTo(2);
        assertThat(loader.features()).isEqualTo(4);
        assertBatch(loader, 10, 11, 13, 14, 0, 1, 3, 4, 12, 0, 255, 0, 2, 0, 5, 0);
    }

    @Test
    void everyImageIsPermutedTheSameWay() {
        int[] order = new Scan.Permuted(1, 2, "").order(2, 3);
        float[] values = loader(new Scan.Permuted(1, 2, "")).batch(new int[] {1, 0}, 0, 2).values();
        for (int i = 0; i < order.length; i++) {
            int first = i / 2 * 4 + i % 2; // [T, B, F]
            assertThat(values[first]).isEqualTo(value(images.pixels()[6 + order[i]]));
            assertThat(values[first + 2]).isEqualTo(value(images.pixels()[order[i]]));
        }
    }

    @Test
    void theBatchesOfAnOrderHaveAllOfItAndTheLastIsSmaller() {
        List<Integer> labels = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (Batch batch : loader(new Scan.Rows()).batches(new int[] {1, 0, 0, 1, 1}, 2)) {
            counts.add(batch.count());
            IntStream.of(batch.labels()).forEach(labels::add);
        }
        assertThat(counts).containsExactly(2, 2, 1);
        assertThat(labels).containsExactly(0, 1, 1, 0, 0);
        assertThat(loader(new Scan.Rows()).batches(new int[0], 2)).isEmpty();
        assertThatThrownBy(() -> loader(new Scan.Rows()).batches(new int[] {1}, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("a batch has at least 1 picture, not 0");
    }

    private Loader loader(Scan scan) {
        return new Loader(images, scan, MEAN, DEVIATION);
    }

    /** The second image and the first. */
    private static void assertBatch(Loader loader, int... levels) {
        Batch batch = loader.batch(new int[] {1, 0}, 0, 2);
        assertThat(batch.labels()).containsExactly(0, 1);
        float[] values = new float[levels.length];
        for (int i = 0; i < levels.length; i++) {
            values[i] = value(levels[i]);
        }
        assertThat(batch.values()).containsExactly(values);
    }

    private static float value(int level) {
        return (float) (((level & 0xFF) / 255.0 - MEAN) / DEVIATION);
    }
}
