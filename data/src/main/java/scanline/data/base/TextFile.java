package scanline.data.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import scanline.engine.file.FileAccessException;
import scanline.engine.io.FormatException;

/** Reads UTF-8 texts of limited length. */
public final class TextFile {
    private TextFile() {}

    /**
     * Reads a file. The limit applies to the bytes that are read, not to the size that the file reports, because a
     * device reports none.
     *
     * @throws FormatException if the file is longer than {@code mostBytes} or is not UTF-8
     * @throws FileAccessException if it cannot be read
     */
    public static String read(Path file, int mostBytes) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(mostBytes + 1);
        } catch (IOException e) {
            throw new FileAccessException("read", file, e);
        }
        if (bytes.length > mostBytes) {
            throw new FormatException(file, "is longer than " + mostBytes + " bytes");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new FormatException(file, "is not UTF-8 text");
        }
    }
}
