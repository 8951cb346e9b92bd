package scanline.lab.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.FileAccessException;

/** Here and not beside {@link AtomicFile}, as {@link Unprivileged} is needed for root. */
class ReadOnlyFolderTest {
    @TempDir
    private Path folder;

    @Test
    void aReadOnlyFolderIsNamedAndItsFileStaysUnchanged() throws IOException {
        Path file = folder.resolve("file");
        AtomicFile.write(file, "old");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            Throwable failure = Unprivileged.get(() -> catchThrowable(() -> AtomicFile.write(file, "new")));
            assertThat(failure).isInstanceOf(FileAccessException.class)
                    .hasMessage("cannot write " + file + ": permission denied");
            assertThat(file).hasContent("old");
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void afterwardsTheThreadHasItsPermissionsBack() throws IOException {
        Path locked = Files.writeString(folder.resolve("locked"), "text");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        Throwable before = catchThrowable(() -> Files.readString(locked));
        assertThat(Unprivileged.get(() -> catchThrowable(() -> Files.readString(locked))))
                .isInstanceOf(AccessDeniedException.class);
        Throwable after = catchThrowable(() -> Files.readString(locked));
        assertThat(after == null).isEqualTo(before == null);
    }
}
