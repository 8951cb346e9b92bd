package scanline.data.dataset;

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
import scanline.data.base.DataException;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.known.Emnist;
import scanline.data.dataset.known.FashionMnist;
import scanline.data.dataset.known.Kmnist;
import scanline.data.dataset.known.Mnist;
import scanline.data.image.ImageSet;
import scanline.data.image.Preparation;
import scanline.samples.IdxSamples;
import scanline.samples.MnistFiles;

class DatasetsTest {
    private static final String NAMES = "emnist-balanced, emnist-byclass, emnist-bymerge, emnist-digits, emnist-letters,"
            + " emnist-mnist, fashion-mnist, kmnist, mnist, idx, folder";

    @TempDir
    private Path cache;

    @Test
    void theKnownSetsAreListedByName() {
        assertThat(Datasets.known()).containsExactly(Emnist.BALANCED, Emnist.BYCLASS, Emnist.BYMERGE, Emnist.DIGITS,
                Emnist.LETTERS, Emnist.MNIST, FashionMnist.SET, Kmnist.SET, Mnist.SET);
    }

    @Test
    void withoutItsJarMnistIsMissing() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Datasets(cache).open("mnist", null))
                .withMessage("mnist is not in " + cache.resolve("mnist") + ": run `./scanline data fetch mnist` or give"
                        + " data.dir=FOLDER, or add the jar scanline-mnist to your program");
    }

    @Test
    void everyMirrorIsAskedOverHttps() {
        assertThat(Datasets.known()).flatMap(KnownSet::mirrors).isNotEmpty()
                .allSatisfy(mirror -> assertThat(mirror).hasScheme("https"));
    }

    @Test
    void anImageSetHashesToTheFilesThatItCameFrom() {
        ImageSet test = new Datasets(cache).open("mnist", MnistFiles.FOLDER).test();
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
