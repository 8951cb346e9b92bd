package scanline.lab.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.FileAccessException;

/** On a disk that is mounted read-only, which binds root too. */
class ReadOnlyDiskTest {
    private static final class ReadOnlyDisk extends FilterFileSystemProvider {
        ReadOnlyDisk() {
            super("readonly://", FileSystems.getDefault());
        }

        @Override
        public void checkAccess(Path file, AccessMode... modes) throws IOException {
            if (List.of(modes).contains(AccessMode.WRITE)) {
                throw new FileSystemException(file.toString(), null, "Read-only file system");
            }
            super.checkAccess(file, modes);
        }
    }

    @TempDir
    private Path folder;

    @Test
    void aReadOnlyFileIsRejectedBeforeTheWork() {
        Path file = new ReadOnlyDisk().wrapPath(folder).resolve("model.onnx");
        assertThatThrownBy(() -> AtomicFile.requireWritable(file)).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write " + file + ": Read-only file system");
        assertThat(folder).isEmptyDirectory();
    }
}
