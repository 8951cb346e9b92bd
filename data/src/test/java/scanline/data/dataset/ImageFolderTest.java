package scanline.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.DataException;
import scanline.data.image.ImageSet;
import scanline.data.image.Preparation;
import scanline.samples.MnistFiles;
import scanline.samples.Pngs;

class ImageFolderTest {
    private static final int SIDE = 6;
    private static final List<String> ANIMALS = List.of("bird", "cat", "dog");

    @TempDir
    private Path scratch;

    private Path animals(int each) throws IOException {
        Path folder = scratch.resolve("animals");
        Pngs.writeClasses(folder, ANIMALS, each, SIDE);
        return folder;
    }

    private static ImageFolder open(Path folder) {
        return open(folder, 0.2, 1);
    }

    private static ImageFolder open(Path folder, double test, long seed) {
        return new ImageFolder(folder, new ImageFolder.Options(SIDE, test, seed, Preparation.SCALE));
    }

    private static List<ByteBuffer> images(ImageSet set) {
        return IntStream.range(0, set.count()).mapToObj(i -> ByteBuffer.wrap(set.slice(i, i + 1).pixels())).toList();
    }

    @Test
    void noFolderNameReachesTheTerminalUnescaped() throws IOException {
        Path folder = scratch.resolve("names");
        Pngs.writeClasses(folder, List.of("a\u001b[2J"), 3, SIDE);
        refused(folder, folder + ": has only the subfolder a\\u001b[2J, but needs one for each class, from 2 to 256");
        Pngs.writeClasses(folder, List.of("b\u202e"), 3, SIDE);
        assertThat(open(folder).classNames()).containsExactly("a\\u001b[2J", "b\\u202e");
        assertThat(open(folder).test().labels()).containsExactly(0, 1);
    }

    @Test
    void eachFolderIsAClassAndEachImageIsInOnePart() throws IOException {
        ImageFolder set = open(animals(10));
        assertThat(set.name()).isEqualTo("folder");
        assertThat(set.classNames()).containsExactly("bird", "cat", "dog");
        assertThat(set.test().labels()).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(set.train().count()).isEqualTo(24);
        List<ByteBuffer> all = new ArrayList<>(images(set.test()));
        all.addAll(images(set.train()));
        assertThat(all).containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, 30).mapToObj(i -> ByteBuffer.wrap(Pngs.drawn(i, SIDE))).toList());
        for (ImageSet part : List.of(set.train(), set.test())) {
            List<ByteBuffer> images = images(part);
            for (int i = 0; i < part.count(); i++) {
                int drawn = IntStream.range(0, 30).filter(ofImage(images.get(i))).findAny().orElseThrow();
                assertThat(part.label(i)).isEqualTo(drawn / 10);
            }
        }
    }

    private static IntPredicate ofImage(ByteBuffer image) {
        return i -> ByteBuffer.wrap(Pngs.drawn(i, SIDE)).equals(image);
    }

    @Test
    void mnistAsPngHasTheSamePixels() throws IOException {
        ImageSet mnist = new Datasets(scratch).open("mnist", MnistFiles.FOLDER).test();
        Path folder = scratch.resolve("digits");
        int[] sorted = IntStream.range(0, 100).boxed().sorted((a, b) -> mnist.label(a) - mnist.label(b))
                .mapToInt(Integer::intValue).toArray();
        for (int image : sorted) {
            byte[] pixels = mnist.slice(image, image + 1).pixels();
            for (String part : List.of("train", "test")) {
                Pngs.write(folder.resolve(part).resolve(String.valueOf(mnist.label(image)))
                        .resolve("%03d.png".formatted(image)), pixels, 28, 28);
            }
        }
        ImageSet test = new ImageFolder(folder, ImageFolder.Options.DEFAULT).test();
        for (int i = 0; i < sorted.length; i++) {
            assertThat(test.label(i)).isEqualTo(mnist.label(sorted[i]));
            assertThat(test.slice(i, i + 1).pixels()).isEqualTo(mnist.slice(sorted[i], sorted[i] + 1).pixels());
        }
    }

    @Test
    void theSplitDependsOnlyOnTheSeedAndTheNames() throws IOException {
        ImageFolder set = open(animals(10));
        Path again = scratch.resolve("again");
        for (int i = 29; i >= 0; i--) {
            Pngs.write(again.resolve(ANIMALS.get(i / 10)).resolve(i % 10 + ".png"), Pngs.drawn(i, SIDE), SIDE, SIDE);
        }
        assertThat(images(open(again).test())).isEqualTo(images(set.test()));
        assertThat(images(open(again).train())).isEqualTo(images(set.train()));
        assertThat(images(open(again, 0.2, 2).test())).isNotEqualTo(images(set.test()));
        assertThat(images(open(again, 0.2, 2).train())).isNotEqualTo(images(set.train()));
    }

    @Test
    void addingAnImageMovesNoOtherToAnotherSplit() throws IOException {
        Path folder = animals(10);
        Set<ByteBuffer> train = new HashSet<>(images(open(folder).train()));
        Pngs.write(folder.resolve("cat/more.png"), Pngs.drawn(99, SIDE), SIDE, SIDE);
        ImageFolder more = open(folder);
        List<ByteBuffer> moved = images(more.test()).stream().filter(train::contains).toList();
        assertThat(more.train().count() + more.test().count()).isEqualTo(31);
        assertThat(moved).isEmpty();
    }

    @Test
    void theFirstTrainingImagesCoverAllClasses() throws IOException {
        byte[] labels = open(animals(20)).train().first(12).labels();
        assertThat(labels).contains(0, 1, 2);
        byte[] sorted = labels.clone();
        Arrays.sort(sorted);
        assertThat(labels).isNotEqualTo(sorted);
    }

    @Test
    void everyClassHasAnImageInBothSplits() throws IOException {
        Path folder = animals(2);
        assertThat(open(folder, 0.01, 1).test().labels()).containsExactly(0, 1, 2);
        assertThat(open(folder, 0.99, 1).train().labels()).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void anExistingSplitIsKept() throws IOException {
        Path folder = scratch.resolve("parted");
        Pngs.writeClasses(folder.resolve("train"), ANIMALS, 3, SIDE);
        Pngs.writeClasses(folder.resolve("test"), List.of("dog"), 2, SIDE);
        Pngs.writeClasses(folder.resolve("valid"), List.of("fish"), 2, SIDE);
        ImageFolder set = open(folder);
        assertThat(set.train().labels()).containsExactlyInAnyOrder(0, 0, 0, 1, 1, 1, 2, 2, 2);
        assertThat(set.test().labels()).containsExactly(2, 2);
        assertThat(images(set.test())).containsExactly(ByteBuffer.wrap(Pngs.drawn(0, SIDE)),
                ByteBuffer.wrap(Pngs.drawn(1, SIDE)));
    }

    @Test
    void classesMayBeCalledTrainAndTest() throws IOException {
        Pngs.writeClasses(scratch.resolve("words"), List.of("test", "train"), 3, SIDE);
        assertThat(open(scratch.resolve("words")).classNames()).containsExactly("test", "train");
    }

    @Test
    void systemFilesAndFilesOutsideTheClassFoldersAreIgnored() throws IOException {
        Path folder = animals(5);
        Files.writeString(folder.resolve("README.md"), "animals");
        Files.createDirectories(folder.resolve(".git"));
        Files.createDirectories(folder.resolve("__MACOSX"));
        for (String name : List.of(".DS_Store", "Thumbs.db", "desktop.ini", "._0.png")) {
            Files.writeString(folder.resolve("cat").resolve(name), "no image");
        }
        ImageFolder set = open(folder);
        assertThat(set.classNames()).containsExactlyElementsOf(ANIMALS);
        assertThat(set.train().count() + set.test().count()).isEqualTo(15);
    }

    @Test
    void aDuplicateFileInAClassCountsOnce() throws IOException {
        Path folder = animals(5);
        Files.copy(folder.resolve("cat/2.png"), folder.resolve("cat/2 (copy).png"));
        Files.copy(folder.resolve("cat/2.png"), folder.resolve("dog/cat.png"));
        ImageFolder set = open(folder);
        assertThat(set.train().count() + set.test().count()).isEqualTo(16);
    }

    @Test
    void linksAreFollowedAndNamesMayBeInAnyScript() throws IOException {
        Path folder = animals(5);
        Files.move(folder.resolve("dog"), scratch.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("犬"), scratch.resolve("elsewhere"));
        Files.move(folder.resolve("cat/0.png"), scratch.resolve("chat noir.png"));
        Files.createSymbolicLink(folder.resolve("cat/été.png"), scratch.resolve("chat noir.png"));
        ImageFolder set = open(folder);
        assertThat(set.classNames()).containsExactly("bird", "cat", "犬");
        assertThat(set.train().count() + set.test().count()).isEqualTo(15);
    }

    @Test
    void namesAreComparedInNormalizedUnicode() throws IOException {
        String composed = "\u00e9t\u00e9";
        String decomposed = "e\u0301te\u0301";
        for (String name : List.of(composed, decomposed)) {
            Path folder = scratch.resolve(name.length() + "");
            for (int i = 0; i < 30; i++) {
                Pngs.write(folder.resolve(i % 2 == 0 ? name : "hiver").resolve(name + i + ".png"), Pngs.drawn(i, SIDE),
                        SIDE, SIDE);
            }
        }
        ImageFolder one = open(scratch.resolve("3"));
        ImageFolder other = open(scratch.resolve("5"));
        assertThat(one.classNames()).isEqualTo(other.classNames()).containsExactly("hiver", composed);
        assertThat(images(one.train())).isEqualTo(images(other.train()));
    }

    @Test
    void imagesAreScaledAndMadeLightOnDark() throws IOException {
        Path folder = scratch.resolve("squares");
        byte[] dark = new byte[16 * 16];
        for (int i = 0; i < dark.length; i++) {
            dark[i] = i % 16 / 4 == 1 && i / 16 / 4 == 1 ? (byte) 255 : 0;
        }
        byte[] light = new byte[dark.length];
        for (int i = 0; i < dark.length; i++) {
            light[i] = (byte) (dark[i] == 0 ? 250 : 5);
        }
        for (String name : List.of("a", "b")) {
            Pngs.write(folder.resolve(name).resolve("dark.png"), dark, 16, 16);
            Pngs.write(folder.resolve(name).resolve("light.png"), light, 16, 16);
        }
        ImageFolder set = new ImageFolder(folder, new ImageFolder.Options(4, 0.5, 1, Preparation.SCALE));
        List<byte[]> each = List.of(set.train().first(1).pixels(), set.test().first(1).pixels());
        assertThat(set.train().height()).isEqualTo(4);
        byte[] square = {0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] faint = {5, 5, 5, 5, 5, -6, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
        assertThat(each).allMatch(image -> Arrays.equals(image, square) || Arrays.equals(image, faint));
    }

    @Test
    void aFolderWithoutClassesIsRejected() throws IOException {
        Path none = scratch.resolve("none");
        refused(none, none + ": no such folder");
        Files.createDirectories(none);
        refused(none, none + ": has no subfolder, but needs one for each class, from 2 to 256");
        Pngs.writeClasses(none, List.of("one"), 2, SIDE);
        refused(none, none + ": has only the subfolder one, but needs one for each class, from 2 to 256");
        Pngs.writeClasses(none, IntStream.range(0, 257).mapToObj(i -> "c" + i).toList(), 1, 1);
        refused(none, none + ": has 258 subfolders, but needs one for each class, from 2 to 256");
    }

    @Test
    void aClassOfDuplicateFilesIsReportedAsSuch() throws IOException {
        Path folder = animals(3);
        Path fish = Files.createDirectories(folder.resolve("fish"));
        for (int i = 0; i < 6; i++) {
            Pngs.write(fish.resolve("carp" + i + ".png"), Pngs.drawn(7, SIDE), SIDE, SIDE);
        }
        refused(folder,
                fish + " has 6 files with the same content, which count as one image: a class needs one to train"
                        + " on and one to test on");
    }

    @Test
    void invalidClassesAreRejected() throws IOException {
        Path folder = animals(3);
        Path fish = Files.createDirectories(folder.resolve("fish"));
        refused(folder, "class folder " + fish + " is empty: add images or delete it");
        Pngs.write(fish.resolve("carp.png"), Pngs.drawn(7, SIDE), SIDE, SIDE);
        refused(folder, fish + " has only one image: a class needs one to train on and one to test on");
        Path inner = Files.createDirectories(fish.resolve("carp"));
        refused(folder, inner + " is a folder, but a class folder may only contain images (a data set that is already"
                + " split needs both a folder train and a folder test)");
    }

    @Test
    void aTestClassMissingFromTrainingIsRejected() throws IOException {
        Path folder = scratch.resolve("parted");
        Pngs.writeClasses(folder.resolve("train"), ANIMALS, 3, SIDE);
        Pngs.writeClasses(folder.resolve("test"), List.of("dog", "fish"), 2, SIDE);
        refused(folder, folder.resolve("test/fish") + ": no such class in " + folder.resolve("train"));
    }

    @Test
    void theFirstOfSeveralNonImagesIsNamed() throws IOException {
        Path folder = scratch.resolve("parted");
        Pngs.writeClasses(folder.resolve("train"), ANIMALS, 3, SIDE);
        Pngs.writeClasses(folder.resolve("test"), ANIMALS, 3, SIDE);
        Path first = Files.writeString(folder.resolve("test/cat/labels.txt"), "no image");
        Files.writeString(folder.resolve("test/dog/labels.txt"), "no image either");
        ImageFolder set = open(folder);
        assertThatExceptionOfType(DataException.class).isThrownBy(set::test)
                .withMessage(first + " is not a PNG or JPEG file");
        assertThat(set.train().count()).isEqualTo(9);
    }

    @Test
    void sizeAndFractionHaveRanges() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageFolder.Options(3, 0.2, 1, Preparation.SCALE))
                .withMessage("size must be from 4 to 512, not 3");
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageFolder.Options(28, 1, 1, Preparation.SCALE))
                .withMessage("test must be a fraction between 0 and 1, not 1.0");
    }

    private static void refused(Path folder, String message) {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> open(folder)).withMessage(message);
    }
}
