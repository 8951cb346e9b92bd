package scanline.lab.base;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.zip.ZipException;

/** Reads files whose name an error must say. */
public final class FileReading {
    private FileReading() {}

    /** A reading that can go wrong. */
    @FunctionalInterface
    public interface Reading<T> {
        /** Reads. */
        T read() throws IOException;
    }

    /**
     * Runs a reading.
     *
     * @throws DataException with the name of the file, if anything goes wrong in it
     */
    public static <T> T of(String name, Reading<T> reading) {
        try {
            return reading.read();
        } catch (NoSuchFileException e) {
            throw new DataException(name + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new DataException(name + ": you may not read it", e);
        } catch (EOFException e) {
            throw new DataException(name + ": truncated: its gzip data end too early", e);
        } catch (ZipException e) {
            throw new DataException(name + ": damaged gzip data: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(name + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
