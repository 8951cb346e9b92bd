package scanline.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static scanline.samples.IdxSamples.images;
import static scanline.samples.IdxSamples.labels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.DataException;
import scanline.samples.IdxSamples;

class IdxFolderTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeSet() throws IOException {
        IdxSamples.writeSet(folder);
    }

    @Test
    void anyFourRawOrGzippedFilesAreASet() {
        Dataset set = new Datasets(folder).open("idx", folder, ImageFolder.Options.DEFAULT);
        assertThat(set.name()).isEqualTo("idx");
        assertThat(set.classNames()).containsExactly("0", "1", "2");
        assertThat(set.train().count()).isEqualTo(4);
        assertThat(set.train().height()).isEqualTo(3);
        assertThat(set.train().width()).isEqualTo(2);
        assertThat(set.train().labels()).containsExactly(0, 2, 1, 2);
        assertThat(set.test().labels()).containsExactly(2, 0);
        assertThat(set.test().classes()).isEqualTo(3);
    }

    @Test
    void namesMayHaveADotInsteadOfTheSecondHyphen() throws IOException {
        Files.move(folder.resolve("train-images-idx3-ubyte"), folder.resolve("train-images.idx3-ubyte"));
        Files.move(folder.resolve("t10k-images-idx3-ubyte.gz"), folder.resolve("t10k-images.idx3-ubyte.gz"));
        assertThat(new IdxFolder(folder).train().count()).isEqualTo(4);
        assertThat(new IdxFolder(folder).test().count()).isEqualTo(2);
        assertThat(new IdxFiles.Folder(folder).isComplete()).isTrue();
    }

    @Test
    void differentNumbersOfImagesAndLabelsAreRejected() throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), images(5, 3, 2));
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> new IdxFolder(folder).train())
                .withMessageContaining("train-labels-idx1-ubyte.gz: has 4 labels for the 5 images of ");
    }

    @Test
    void aTestLabelMissingFromTrainingIsRejected() throws IOException {
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(2, 3));
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> new IdxFolder(folder).test())
                .withMessageContaining("label 3 of image 1 is not one of the training labels, 0 to 2");
    }

    @Test
    void trainingAndTestImagesOfDifferentSizesAreRejected() throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), images(4, 3, 3));
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> new IdxFolder(folder))
                .withMessageContaining("t10k-images-idx3-ubyte.gz: its images are 3 x 2, ")
                .withMessageEndingWith("3 x 3");
    }

    @Test
    void aMissingFileAndAMissingFolderAreNamed() throws IOException {
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> new IdxFolder(folder).test())
                .withMessage(folder + ": has no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz");
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> new IdxFolder(folder.resolve("no")))
                .withMessage(folder.resolve("no") + ": no such folder");
    }
}
