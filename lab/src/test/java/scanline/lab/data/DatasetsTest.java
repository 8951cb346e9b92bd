package scanline.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.lab.base.DataException;
import scanline.lab.data.IdxFiles.Part;
import scanline.lab.data.IdxFiles.Resources;
import scanline.lab.data.known.Emnist;
import scanline.lab.data.known.FashionMnist;
import scanline.lab.data.known.Kmnist;
import scanline.lab.data.known.Mnist;
import scanline.lab.image.Idx;
import scanline.lab.image.IdxSamples;
import scanline.lab.image.ImageSet;
import scanline.lab.image.Preparation;

class DatasetsTest {
    private static final String NAMES = "mnist, emnist-balanced, emnist-byclass, emnist-bymerge, emnist-digits, emnist-letters,"
            + " emnist-mnist, fashion-mnist, kmnist, idx, folder";

    @TempDir
    private Path cache;

    @Test
    void theKnownSetsAreListedWithBundledOnesFirst() {
        assertThat(Datasets.known()).containsExactly(Mnist.SET, Emnist.BALANCED, Emnist.BYCLASS, Emnist.BYMERGE,
                Emnist.DIGITS, Emnist.LETTERS, Emnist.MNIST, FashionMnist.SET, Kmnist.SET);
    }

    @Test
    void everyMirrorIsAskedOverHttps() {
        assertThat(Datasets.known()).flatMap(KnownSet::mirrors).isNotEmpty()
                .allSatisfy(mirror -> assertThat(mirror).hasScheme("https"));
    }

    @Test
    void mnistIsBundledWithTheJar() {
        Dataset mnist = new Datasets(cache).open("mnist", null);
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
        Idx content = Mnist.SET.read(part, new Resources("mnist"));
        assertThat(content.sha256()).isEqualTo(sha256(part));
    }

    @Test
    void anImageSetHashesToTheFilesThatItCameFrom() {
        ImageSet test = new Datasets(cache).open("mnist", null).test();
        assertThat(test.imageFile().sha256()).isEqualTo(sha256(Part.TEST_IMAGES));
        assertThat(test.labelFile().sha256()).isEqualTo(sha256(Part.TEST_LABELS));
    }

    @Test
    void aKnownSetIsReadFromAFolderAndFromTheCache() throws IOException {
        Path given = Files.createDirectory(cache.resolve("small"));
        IdxSamples.writeSet(given);
        Map<Part, String> sha256 = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            sha256.put(part, new IdxFiles.Folder(given).read(part).sha256());
        }
        KnownSet set = new KnownSet("small", "", "", List.of("x", "y", "z"), new Source.Content(sha256), List.of(),
                false,
                Preparation.SCALE);
        Datasets elsewhere = new Datasets(cache.resolve("elsewhere"));
        Dataset fromFolder = new KnownDataset(set, elsewhere.files(set, given));
        assertThat(fromFolder.train().count()).isEqualTo(4);
        assertThat(fromFolder.classNames().get(fromFolder.test().label(0))).isEqualTo("z");

        assertThat(elsewhere.found(set)).isEmpty();
        Datasets here = new Datasets(cache);
        assertThat(here.found(set)).isPresent();
        assertThat(new KnownDataset(set, here.files(set, null)).test().count()).isEqualTo(2);
    }

    @Test
    void aMissingSetIsReportedWithTheCommandToFetchIt() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Datasets(cache).open("fashion-mnist", null, ImageFolder.Options.DEFAULT))
                .withMessage("fashion-mnist is not in " + cache.resolve("fashion-mnist")
                        + ": run `./scanline data fetch fashion-mnist` or give data.dir=FOLDER");
    }

    @Test
    void aKnownSetWithOtherFilesIsRejected() throws IOException {
        IdxSamples.writeSet(cache);
        Dataset mnist = new Datasets(cache).open("mnist", cache);
        assertThatExceptionOfType(DataException.class).isThrownBy(mnist::train)
                .withMessageContaining("train-images-idx3-ubyte: not mnist's train-images-idx3-ubyte: the SHA-256")
                .withMessageEndingWith("instead of " + sha256(Part.TRAIN_IMAGES));
    }

    @Test
    void anUnknownSetNamesTheNearest() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Datasets(cache).open("fashon-mnist", null, ImageFolder.Options.DEFAULT))
                .withMessage("no data set is called fashon-mnist: choose from " + NAMES + ";"
                        + " did you mean fashion-mnist?");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Datasets(cache).open("imagenet", null, ImageFolder.Options.DEFAULT))
                .withMessage("no data set is called imagenet: choose from " + NAMES + "");
    }

    @Test
    void anIdxSetNeedsAFolder() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Datasets(cache).open("idx", null, ImageFolder.Options.DEFAULT))
                .withMessageContaining("data=idx needs data.dir=FOLDER");
    }

    private static String sha256(Part part) {
        return ((Source.Content) Mnist.SET.source()).sha256().get(part);
    }
}
