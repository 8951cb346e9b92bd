package scanline.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.image.Preparation;
import scanline.samples.IdxSamples;
import scanline.samples.MnistFiles;
import scanline.samples.Pngs;

class OdditiesTest {
    @TempDir
    private Path folder;

    private List<String> idx(byte[] trainPixels, int[] trainLabels, byte[] testPixels, int[] testLabels)
            throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), IdxSamples.idx(trainPixels, trainPixels.length, 1, 1));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), IdxSamples.labels(trainLabels));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), IdxSamples.idx(testPixels, testPixels.length, 1, 1));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), IdxSamples.labels(testLabels));
        return new IdxFolder(folder).oddities();
    }

    @Test
    void anOrdinarySetHasNone() throws IOException {
        assertThat(idx(new byte[] {1, 2, 3}, new int[] {0, 1, 0}, new byte[] {4}, new int[] {1})).isEmpty();
        assertThat(new Datasets(folder).open("mnist", MnistFiles.FOLDER).oddities()).isEmpty();
    }

    @Test
    void labelsThatStartAtOneAreReported() throws IOException {
        assertThat(idx(new byte[] {1, 2, 3, 4}, new int[] {1, 2, 3, 3}, new byte[] {5}, new int[] {1})).containsExactly(
                "the labels go up to 3 (2 training images), which makes 4 classes, but class 0 has no training"
                        + " image");
    }

    @Test
    void aSingleLargeLabelIsReported() throws IOException {
        assertThat(idx(new byte[] {1, 2, 3}, new int[] {0, 1, 255}, new byte[] {4}, new int[] {1})).containsExactly(
                "the labels go up to 255 (1 training image), which makes 256 classes, but 253 of them have no training"
                        + " image");
    }

    @Test
    void anImageInTwoClassesOrInBothSplitsIsReported() throws IOException {
        assertThat(idx(new byte[] {1, 2, 1, 2}, new int[] {0, 1, 1, 1}, new byte[] {2, 1, 9}, new int[] {1, 0, 0}))
                .containsExactly(
                        "1 image is also in another class, such as training image 0 (class 0) and training image 2"
                                + " (class 1)",
                        "2 test images are also in the training set, such as training image 1 (class 1) and"
                                + " test image 0 (class 1)");
    }

    @Test
    void theFilesOfAFolderAreNamed() throws IOException {
        Path classes = folder.resolve("classes");
        Pngs.writeClasses(classes, List.of("a", "b"), 5, 8);
        Pngs.write(classes.resolve("b").resolve("again.png"), Pngs.drawn(0, 8), 8, 8);
        List<String> oddities = new ImageFolder(classes, new ImageFolder.Options(8, 0.2, 1, Preparation.SCALE))
                .oddities();
        assertThat(oddities.getFirst()).startsWith("1 image is also in another class, such as ")
                .contains(classes.resolve("a").resolve("0.png").toString(),
                        classes.resolve("b").resolve("again.png").toString());
    }
}
