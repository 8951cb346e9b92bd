package scanline.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsWrittenAndThenReplaced() throws IOException {
        Path file = folder.resolve("recipe");
        AtomicFile.write(file, "first ☃\n");
        assertThat(file).hasContent("first ☃\n");
        AtomicFile.write(file, "2");
        assertThat(file).hasContent("2");
        assertThat(names()).containsExactly("recipe");
    }

    @Test
    void theOldContentStaysUntilTheNewIsComplete() throws IOException {
        Path file = folder.resolve("metrics.csv");
        AtomicFile.write(file, "old");
        AtomicFile.write(file, out -> {
            out.write(new byte[100_000]);
            out.flush();
            assertThat(file).hasContent("old");
            assertThat(names()).hasSize(2);
        });
        assertThat(file).hasSize(100_000);
    }

    @Test
    void aFailureLeavesOnlyTheOldFile() throws IOException {
        Path file = folder.resolve("last");
        AtomicFile.write(file, "old");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
            out.write(new byte[100_000]);
            throw new IOException("No space left on device");
        })).isInstanceOf(FileAccessException.class).hasMessage("cannot write " + file + ": No space left on device");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
            throw new IllegalStateException("a mistake in the caller");
        })).isInstanceOf(IllegalStateException.class);
        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("last");
    }

    @Test
    void onlyTheLeftoversOfAKilledWriterAreDeleted() throws IOException {
        long self = ProcessHandle.current().pid();
        String[] kept = {".last.notes.tmp", ".best.999999999-1.tmp", ".last." + self + "-999999.tmp",
                "last.999999999-1.tmp"};
        for (String name : kept) {
            Files.createFile(folder.resolve(name));
        }
        Files.createFile(folder.resolve(".last.999999999-1.tmp")); // no system numbers processes so high
        Files.createFile(folder.resolve(".last." + self + "-" + Thread.currentThread().threadId() + ".tmp"));
        AtomicFile.write(folder.resolve("last"), "state");
        assertThat(names()).containsExactlyInAnyOrder(kept[0], kept[1], kept[2], kept[3], "last");
    }

    @Test
    void theRootFolderIsRejected() {
        assertThatThrownBy(() -> AtomicFile.write(folder.getRoot(), "text"))
                .isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + folder.getRoot() + ": it is a folder");
    }

    @Test
    void aFolderIsNeverReplaced() throws IOException {
        Path file = Files.createDirectory(folder.resolve("run"));
        assertThatThrownBy(() -> AtomicFile.write(file, "text"))
                .isInstanceOf(FileAccessException.class)
                .hasMessageStartingWith("cannot write " + file + ": ")
                .hasMessageNotContaining("\n");
        assertThat(names()).containsExactly("run");
    }

    @Test
    void aMissingFolderIsNamed() {
        Path file = folder.resolve("missing").resolve("file");
        assertThatThrownBy(() -> AtomicFile.write(file, "text"))
                .isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + file + ": no such file or folder");
    }

    @Test
    void linksAreFollowedAndTheirTargetsReplaced() throws IOException {
        Path target = folder.resolve("target");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        Path chain = Files.createSymbolicLink(folder.resolve("chain"), link);
        AtomicFile.write(target, "old");
        AtomicFile.write(chain, out -> {
            out.write(new byte[100_000]);
            out.flush();
            assertThat(target).hasContent("old");
        });
        assertThat(target).isRegularFile().hasSize(100_000);
        assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("target"));
        assertThat(Files.readSymbolicLink(chain)).isEqualTo(link);
        assertThat(names()).containsExactlyInAnyOrder("target", "link", "chain");
    }

    @Test
    void aLinkMayPointToAMissingFile() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path link = Files.createSymbolicLink(inner.resolve("link"), Path.of("..", "target"));
        AtomicFile.requireWritable(link);
        AtomicFile.write(link, "text");
        assertThat(folder.resolve("target")).isRegularFile().hasContent("text");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void brokenLinksAreRejected() throws IOException {
        Path lost = Files.createSymbolicLink(folder.resolve("lost"), Path.of("missing", "file"));
        assertThatThrownBy(() -> AtomicFile.requireWritable(lost)).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + lost + ": no such folder: " + folder.resolve("missing"));
        Path round = Files.createSymbolicLink(folder.resolve("round"), Path.of("round"));
        assertThatThrownBy(() -> AtomicFile.write(round, "text")).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + round + ": too many symbolic links");
        assertThat(names()).containsExactlyInAnyOrder("lost", "round");
    }

    /** As a device is, but that making one takes privileges. */
    @Test
    void pipesAreWrittenInPlace() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "mkfifo makes pipes");
        Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);
        FutureTask<String> read = new FutureTask<>(() -> Files.readString(pipe));
        Thread.ofPlatform().start(read);
        AtomicFile.requireWritable(link);
        AtomicFile.write(link, "text");
        assertThat(read.get()).isEqualTo("text");
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(names()).containsExactlyInAnyOrder("pipe", "link");
    }

    @Test
    void openDescriptorsAreWrittenToTheEnd() throws IOException {
        Path file = folder.resolve("open");
        try (OutputStream out = new FileOutputStream(file.toFile())) {
            out.write("before\n".getBytes(StandardCharsets.UTF_8));
            Path descriptor = descriptor(file);
            AtomicFile.requireWritable(descriptor);
            AtomicFile.write(descriptor, "text\n");
            AtomicFile.write(Files.createSymbolicLink(folder.resolve("link"), descriptor), "more\n");
        }
        assertThat(file).hasContent("before\ntext\nmore\n");
        assertThat(names()).containsExactlyInAnyOrder("open", "link");
    }

    private static Path descriptor(Path file) throws IOException {
        Path all = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(all), "the system shows descriptors");
        try (Stream<Path> descriptors = Files.list(all)) {
            return descriptors.filter(one -> {
                try {
                    return Files.isSameFile(one, file);
                } catch (IOException _) {
                    return false; // closed meanwhile
                }
            }).findAny().orElseThrow();
        }
    }

    @Test
    void unwritablePathsAreReportedBeforeWriting() throws IOException {
        AtomicFile.requireWritable(folder.resolve("new"));
        assertThatThrownBy(() -> AtomicFile.requireWritable(folder)).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + folder + ": it is a folder; give the name of a file in it");
        Path inner = folder.resolve("missing").resolve("file");
        assertThatThrownBy(() -> AtomicFile.requireWritable(inner)).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + inner + ": no such folder: " + inner.getParent());
        assertThat(names()).isEmpty();
    }

    @Test
    void aFileInTheCurrentFolderNeedsNoFolderName() throws IOException {
        Path file = Path.of("atomic-file-test-" + ProcessHandle.current().pid());
        try {
            AtomicFile.write(file, "text");
            assertThat(file).hasContent("text");
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Test
    void anInterruptedThreadCanStillSaveAndStaysInterrupted() throws IOException {
        Path file = folder.resolve("last");
        Thread.currentThread().interrupt();
        AtomicFile.write(file, "state");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("state");
    }

    @Test
    void concurrentWritersNeverMixTheirContents() throws Exception {
        Path file = folder.resolve("shared");
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String text = Integer.toString(i).repeat(50_000);
            threads.add(Thread.ofPlatform().uncaughtExceptionHandler((_, e) -> failures.add(e)).start(() -> {
                try {
                    for (int round = 0; round < 5; round++) {
                        AtomicFile.write(file, text);
                        assertThat(Files.readString(file)).matches("(\\d)\\1{49999}");
                    }
                } catch (IOException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(names()).containsExactly("shared");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
