package scanline.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.data.dataset.Dataset;
import scanline.data.dataset.Datasets;
import scanline.data.dataset.IdxFiles;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.KnownSet;
import scanline.data.dataset.Source;
import scanline.data.image.ImageSet;

class MnistTest {
    private static final KnownSet SET = Datasets.known("mnist");

    @TempDir
    private Path empty;

    @Test
    void mnistIsReadFromTheJar() {
        Dataset mnist = new Datasets(empty).open("mnist", null);
        ImageSet test = mnist.test();
        assertThat(mnist.name()).isEqualTo("mnist");
        assertThat(mnist.classNames()).hasSize(10);
        assertThat(test.count()).isEqualTo(10_000);
        assertThat(test.height()).isEqualTo(28);
        assertThat(test.width()).isEqualTo(28);
        assertThat(test.classes()).isEqualTo(10);
        assertThat(test.first(5).labels()).containsExactly(7, 2, 1, 0, 4);
        assertThat(mnist.train().count()).isEqualTo(60_000);
    }

    @ParameterizedTest
    @EnumSource
    void theFilesInTheJarAreThoseOfMnist(Part part) {
        IdxFiles files = Datasets.packaged(SET).orElseThrow();
        assertThat(SET.read(part, files).sha256()).isEqualTo(((Source.Content) SET.source()).sha256().get(part));
    }

    @Test
    void theSetOfTheJarIsListedFirst() {
        assertThat(Datasets.known().getFirst()).isEqualTo(SET);
    }
}
