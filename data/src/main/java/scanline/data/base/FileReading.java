package scanline.data.base;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.zip.ZipException;

/** Reads files and names the file in every error. */
public final class FileReading {
    private FileReading() {}

    /** A read operation that may fail. */
    @FunctionalInterface
    public interface Reading<T> {
        /** Reads the value. */
        T read() throws IOException;
    }

    /**
     * Runs a read operation.
     *
     * @param name the name of the file in error messages
     * @throws DataException if the operation fails; the message contains the name
     */
    public static <T> T of(String name, Reading<T> reading) {
        try {
            return reading.read();
        } catch (NoSuchFileException e) {
            throw new DataException(name + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new DataException("cannot read " + name + ": permission denied", e);
        } catch (EOFException e) {
            throw new DataException(name + ": truncated: its gzip data ends too early", e);
        } catch (ZipException e) {
            throw new DataException(name + ": damaged gzip data: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException("cannot read " + name + ": " + e.getMessage(), e);
        }
    }
}
