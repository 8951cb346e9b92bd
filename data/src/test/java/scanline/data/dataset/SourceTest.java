package scanline.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.DataException;
import scanline.data.base.Sha256;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.Mirror.Answer;
import scanline.data.dataset.known.Emnist;
import scanline.data.image.Preparation;
import scanline.samples.IdxSamples;

/** Sets that are known by what is downloaded: gzipped files, or one archive of several sets. */
@Timeout(30)
class SourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    // Two images of 2 rows and 3 columns to train on, and one to test on.
    private static final Map<Part, byte[]> FILES = Map.of(
            Part.TRAIN_IMAGES,
            IdxSamples.gzip(IdxSamples.idx(new byte[] {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16}, 2, 2, 3)),
            Part.TRAIN_LABELS, IdxSamples.gzip(IdxSamples.labels(1, 2)),
            Part.TEST_IMAGES, IdxSamples.gzip(IdxSamples.idx(new byte[] {21, 22, 23, 24, 25, 26}, 1, 2, 3)),
            Part.TEST_LABELS, IdxSamples.gzip(IdxSamples.labels(2)));

    @TempDir
    private Path scratch;
    private Path folder;
    private byte[] zip;

    @BeforeEach
    void zipTheFiles() throws IOException {
        folder = scratch.resolve("cache");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream entries = new ZipOutputStream(out)) {
            for (Part part : Part.values()) {
                entries.putNextEntry(new ZipEntry("gzip/" + part.fileName()));
                entries.write(FILES.get(part));
            }
        }
        zip = out.toByteArray();
    }

    private String sha256(byte[] bytes) throws IOException {
        return Sha256.of(Files.write(scratch.resolve("bytes"), bytes));
    }

    private KnownSet stored() throws IOException {
        Map<Part, String> sha256 = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            sha256.put(part, sha256(FILES.get(part)));
        }
        return set(List.of("zero", "one", "two"), new Source.Stored(sha256));
    }

    private KnownSet archived(List<String> classNames, int firstLabel) throws IOException {
        Map<Part, String> entries = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            entries.put(part, "gzip/" + part.fileName());
        }
        return set(classNames,
                new Source.Archive("shared", "gzip.zip", zip.length, sha256(zip), entries, true, firstLabel));
    }

    private static KnownSet set(List<String> classNames, Source source) {
        return new KnownSet("sample", "", "", classNames, source, List.of(), Preparation.SCALE);
    }

    private void fetch(KnownSet set, URI mirror) {
        new Fetch(set, List.of(mirror), PATIENCE, Map.of(), _ -> {}, _ -> {}).into(folder);
    }

    private Dataset open(KnownSet set) {
        return new KnownDataset(set, set.source().in(folder));
    }

    @Test
    void gzippedFilesAreFetchedAndCheckedByTheirOwnHash() throws IOException {
        KnownSet set = stored();
        try (var mirror = new Mirror((name, _) -> Answer.of(200,
                FILES.get(List.of(Part.values()).stream().filter(p -> name.equals(p.fileName() + ".gz")).findAny()
                        .orElseThrow())))) {
            assertThat(set.source().isIn(folder)).isFalse();
            fetch(set, mirror.base());
            assertThat(mirror.requests).hasSize(4);
            fetch(set, mirror.base());
            assertThat(mirror.requests).hasSize(4);
        }
        assertThat(set.source().isIn(folder)).isTrue();
        assertThat(open(set).train().labels()).containsExactly(1, 2);
        Path file = folder.resolve("t10k-labels-idx1-ubyte.gz");
        Files.write(file, IdxSamples.gzip(IdxSamples.labels(1)));
        assertThatExceptionOfType(DataException.class).isThrownBy(open(set)::test)
                .withMessageStartingWith(
                        file + ": not sample's t10k-labels-idx1-ubyte.gz: the SHA-256 of the file is ");
    }

    @Test
    void anArchiveIsFetchedOnceAndItsImagesAreUpright() throws IOException {
        KnownSet set = archived(List.of("A", "B"), 1);
        try (var mirror = new Mirror((name, from) -> from == 0
                ? Answer.of(200, zip).cutAfter(100)
                : Answer.of(206, Arrays.copyOfRange(zip, from.intValue(), zip.length)).with("Content-Range",
                        "bytes " + from + "-" + (zip.length - 1) + "/" + zip.length))) {
            fetch(set, mirror.base());
            assertThat(mirror.requests).containsExactly("gzip.zip", "gzip.zip from 100");
        }
        Dataset data = open(set);
        assertThat(data.train().height()).isEqualTo(3);
        assertThat(data.train().width()).isEqualTo(2);
        assertThat(data.train().pixels()).containsExactly(1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16);
        assertThat(data.train().labels()).containsExactly(0, 1);
        assertThat(data.test().pixels()).containsExactly(21, 24, 22, 25, 23, 26);
        assertThat(data.test().labels()).containsExactly(1);
        assertThat(set.source().in(folder).storedBytes()).isEqualTo(zip.length);
    }

    @Test
    void anotherArchiveIsRejectedBeforeItIsRead() throws IOException {
        KnownSet set = archived(List.of("A", "B"), 1);
        Files.createDirectories(folder);
        assertThatExceptionOfType(DataException.class).isThrownBy(open(set)::train)
                .withMessage(folder + ": has no file gzip.zip");
        byte[] wrong = zip.clone();
        wrong[40]++;
        Path file = Files.write(folder.resolve("gzip.zip"), wrong);
        assertThatExceptionOfType(DataException.class).isThrownBy(open(set)::train)
                .withMessageStartingWith(file + ": the SHA-256 of the file is ");
        try (var mirror = new Mirror((_, _) -> Answer.of(200, wrong))) {
            assertThatExceptionOfType(DataException.class).isThrownBy(() -> fetch(set, mirror.base()))
                    .withMessageContaining("its content does not have the expected SHA-256");
        }
    }

    @Test
    void labelsThatAreNotClassesAreRejected() throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("gzip.zip"), zip);
        assertThatExceptionOfType(DataException.class).isThrownBy(open(archived(List.of("A"), 1))::train)
                .withMessage(folder.resolve("gzip.zip")
                        + "'s gzip/train-labels-idx1-ubyte: label 2 of image 1 is not from 1 to 1");
        assertThatExceptionOfType(DataException.class).isThrownBy(open(archived(List.of("A", "B"), 2))::train)
                .withMessageEndingWith("label 1 of image 0 is not from 2 to 3");
    }

    @Test
    void theSetsOfEmnistShareOneFolderAndHaveTheirOwnClasses() {
        Datasets datasets = new Datasets(scratch);
        List<KnownSet> sets = List.of(Emnist.BALANCED, Emnist.BYCLASS, Emnist.BYMERGE, Emnist.DIGITS, Emnist.LETTERS,
                Emnist.MNIST);
        assertThat(sets).allMatch(set -> datasets.folder(set).equals(scratch.resolve("emnist")))
                .extracting(set -> set.classNames().size()).containsExactly(47, 62, 47, 10, 26, 10);
        assertThat(Emnist.BALANCED.classNames().get(10)).isEqualTo("A");
        assertThat(Emnist.BALANCED.classNames().get(46)).isEqualTo("t");
        assertThat(Emnist.BYCLASS.classNames().get(61)).isEqualTo("z");
    }
}
