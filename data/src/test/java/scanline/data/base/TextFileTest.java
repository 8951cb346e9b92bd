package scanline.data.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.file.FileAccessException;
import scanline.engine.io.FormatException;

class TextFileTest {
    @TempDir
    private Path folder;

    @Test
    void textIsReadUpToTheSizeLimit() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "ä☃");
        assertThat(TextFile.read(file, 5)).isEqualTo("ä☃");
        assertThatThrownBy(() -> TextFile.read(file, 4)).isInstanceOf(FormatException.class)
                .hasMessage(file + ": is longer than 4 bytes");
    }

    @Test
    void nonTextBytesAreRejected() throws IOException {
        Path file = Files.write(folder.resolve("a"), new byte[] {'a', (byte) 0xed, (byte) 0xa0, (byte) 0x80});
        assertThatThrownBy(() -> TextFile.read(file, 9)).isInstanceOf(FormatException.class)
                .hasMessage(file + ": is not UTF-8 text");
    }

    @Test
    void aMissingFileIsNamed() {
        Path file = folder.resolve("none");
        assertThatThrownBy(() -> TextFile.read(file, 9)).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot read " + file + ": no such file or folder");
    }

    /** Its size is said to be 0. */
    @Test
    void anEndlessDeviceIsReadNoFurtherThanTheLimit() {
        Path zero = Path.of("/dev/zero");
        assertThatThrownBy(() -> TextFile.read(zero, 1000)).hasMessage(zero + ": is longer than 1000 bytes");
    }
}
