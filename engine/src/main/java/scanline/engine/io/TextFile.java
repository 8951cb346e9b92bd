package scanline.engine.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts in UTF-8 of a length that is known to suffice. */
public final class TextFile {
    private TextFile() {}

    /**
     * Reads a file. No more than {@code mostBytes} of it are read, whatever size it claims: a device claims none.
     *
     * @throws FormatException if it is longer, or no UTF-8
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
            throw new FormatException(file, "is no text in UTF-8");
        }
    }
}
