package scanline.engine.io;

import java.io.IOException;
import java.nio.file.Path;

/** Thrown if the content of a file violates its format. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1;

    /** Creates an exception with the message "{@code file}: {@code reason}". */
    public FormatException(Path file, String reason) {
        super(file + ": " + reason);
    }
}
