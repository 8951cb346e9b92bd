package scanline.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.DataException;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.Mirror.Answer;
import scanline.data.image.Idx;
import scanline.data.image.Preparation;
import scanline.samples.IdxSamples;

@Timeout(30)
class FetchTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:1/");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String FIRST = "train-images-idx3-ubyte.gz";

    private final Map<String, byte[]> files = Map.of(FIRST, IdxSamples.gzip(IdxSamples.images(90, 28, 28)),
            "train-labels-idx1-ubyte.gz", IdxSamples.gzip(IdxSamples.labels(0, 1)),
            "t10k-images-idx3-ubyte.gz", IdxSamples.gzip(IdxSamples.images(1, 28, 28)),
            "t10k-labels-idx1-ubyte.gz", IdxSamples.gzip(IdxSamples.labels(1)));
    private final byte[] first = files.get(FIRST);
    private final StringWriter text = new StringWriter();
    private final PrintWriter progress = new PrintWriter(text);

    @TempDir
    private Path scratch;
    private Path folder;
    private KnownSet set;

    @BeforeEach
    void describeTheSet() throws IOException {
        folder = scratch.resolve("cache/sample");
        var sha256 = new EnumMap<Part, String>(Part.class);
        for (Part part : Part.values()) {
            Path file = Files.write(scratch.resolve("file"), files.get(part.fileName() + ".gz"));
            sha256.put(part, Idx.read(file, part.dimensions()).sha256());
        }
        set = new KnownSet("sample", "", "", List.of("a", "b"), new Source.Content(sha256), List.of(),
                Preparation.SCALE);
    }

    @Test
    void aSetIsFetchedCompletelyAndOnlyOnce() throws IOException {
        try (var mirror = new Mirror(this::honest)) {
            fetch(mirror.base());
            assertFetched();
            assertThat(mirror.requests).hasSize(4);
            assertThat(text.toString()).contains("sample train-images-idx3-ubyte: 0.1 MB from 127.0.0.1, verified");
            fetch(mirror.base());
            assertThat(mirror.requests).hasSize(4);
            assertThat(text.toString()).contains("already downloaded");
        }
    }

    @Test
    void aBrokenDownloadResumes() throws IOException {
        try (var mirror = new Mirror((name, from) -> name.equals(FIRST) && from < 20_000
                ? honest(name, from).cutAfter(10_000)
                : honest(name, from))) {
            fetch(mirror.base());
            assertFetched();
            assertThat(mirror.requests).startsWith(FIRST, FIRST + " from 10000", FIRST + " from 20000");
        }
    }

    @Test
    void aDownloadResumesInTheNextRunAndFromTheNextMirror() throws IOException {
        try (var dying = new Mirror(
                (name, from) -> from == 0 ? honest(name, from).cutAfter(7_000) : Answer.of(503, new byte[0]));
                var good = new Mirror(this::honest)) {
            assertRejected("127.0.0.1: HTTP status 503; 127.0.0.1: no connection", dying.base(), NOBODY);
            assertThat(folder.resolve(FIRST + ".part")).hasSize(7_000);
            fetch(NOBODY, good.base());
            assertFetched();
            assertThat(good.requests).startsWith(FIRST + " from 7000");
        }
    }

    @Test
    void aMirrorThatIgnoresRangesRestartsTheFile() throws IOException {
        keepPart(Arrays.copyOf(first, 5_000));
        try (var mirror = new Mirror((name, _) -> honest(name, 0))) {
            fetch(mirror.base());
            assertFetched();
        }
    }

    @Test
    void aCompletePartialFileIsNotFetchedAgain() throws IOException {
        keepPart(first);
        try (var mirror = new Mirror(this::honest)) {
            fetch(mirror.base());
            assertFetched();
            assertThat(mirror.requests).containsOnlyOnce(FIRST + " from " + first.length).doesNotContain(FIRST);
        }
    }

    @Test
    void aPartialFileOfOtherContentIsFetchedAgain() throws IOException {
        keepPart(new byte[3_000]);
        try (var mirror = new Mirror(this::honest)) {
            fetch(mirror.base());
            assertFetched();
            assertThat(mirror.requests).startsWith(FIRST + " from 3000", FIRST);
        }
        Files.delete(folder.resolve(FIRST));
        keepPart(new byte[first.length + 1]);
        try (var mirror = new Mirror(this::honest)) {
            fetch(mirror.base());
            assertFetched();
        }
    }

    @Test
    void aResponseForAnotherRangeIsRejected() throws IOException {
        keepPart(Arrays.copyOf(first, 5_000));
        try (var mirror = new Mirror((_, _) -> Answer.of(206, first).with("Content-Range", "bytes 0-1/2"))) {
            assertRejected("sample: cannot fetch " + FIRST, mirror.base());
        }
    }

    @Test
    void wrongContentIsRejectedAndNothingIsLeft() throws IOException {
        byte[] wrong = IdxSamples.gzip(IdxSamples.images(2, 28, 28));
        try (var mirror = new Mirror((_, _) -> Answer.of(200, wrong))) {
            assertRejected("127.0.0.1: its content does not have the expected SHA-256", mirror.base());
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void afterAFailingMirrorTheNextOneIsTried() throws IOException {
        try (var wrong = new Mirror((_, _) -> Answer.of(200, "not found".getBytes()));
                var missing = new Mirror((_, _) -> Answer.of(404, "not found".getBytes()));
                var good = new Mirror(this::honest)) {
            fetch(NOBODY, missing.base(), wrong.base(), good.base());
            assertFetched();
        }
    }

    @Test
    void aStalledDownloadResumesFromAnotherMirror() throws IOException {
        try (var stalling = new Mirror((name, from) -> name.equals(FIRST)
                ? honest(name, from).stallingAfter(from == 0 ? 9_000 : 0)
                : honest(name, from)); var good = new Mirror(this::honest)) {
            fetch(Duration.ofSeconds(1), stalling.base(), good.base());
            assertFetched();
            assertThat(good.requests).containsExactly(FIRST + " from 9000");
        }
    }

    @Test
    void downloadProgressIsShown() throws IOException {
        List<List<String>> shown = new ArrayList<>();
        try (var mirror = new Mirror(this::honest)) {
            new Fetch(set, List.of(mirror.base()), PATIENCE, Map.of(), progress::println, shown::add).into(folder);
            assertThat(text.toString().lines()).hasSize(4)
                    .allMatch(line -> line.startsWith("sample ") && line.endsWith("verified"));
            assertThat(shown).contains(List.of("train-images-idx3-ubyte: 0.0 MB", "sample"));
        }
    }

    @Test
    void withoutANetworkTheHostAndTheRemedyAreNamed() {
        assertRejected("sample: cannot fetch " + FIRST + " (127.0.0.1: no connection); try again; if you have the"
                + " files, give their folder to `train`: data=sample data.dir=FOLDER", NOBODY);
    }

    @Test
    void aDamagedFileIsReplaced() throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve(FIRST), new byte[10]);
        try (var mirror = new Mirror(this::honest)) {
            fetch(mirror.base());
            assertFetched();
        }
    }

    @Test
    void aFolderThatCannotBeCreatedIsNamed() throws IOException {
        Files.createFile(scratch.resolve("cache"));
        assertRejected("cannot write " + folder + ": ", NOBODY);
    }

    private Answer honest(String name, long from) {
        byte[] body = files.get(name);
        if (from == 0) {
            return Answer.of(200, body);
        }
        return from >= body.length
                ? Answer.of(416, new byte[0])
                : Answer.of(206, Arrays.copyOfRange(body, (int) from, body.length))
                        .with("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
    }

    private void keepPart(byte[] bytes) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve(FIRST + ".part"), bytes);
    }

    private void fetch(URI... mirrors) {
        fetch(PATIENCE, mirrors);
    }

    private void fetch(Duration patience, URI... mirrors) {
        new Fetch(set, List.of(mirrors), patience, Map.of(), progress::println, _ -> {}).into(folder);
    }

    private void assertFetched() {
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
        files.forEach((name, bytes) -> assertThat(folder.resolve(name)).hasBinaryContent(bytes));
    }

    private void assertRejected(String message, URI... mirrors) {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> fetch(mirrors))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
        assertThat(folder.resolve(FIRST)).doesNotExist();
    }
}
