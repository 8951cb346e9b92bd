package scanline.engine.io;

import java.io.IOException;
import java.nio.file.Path;

/** The content of a file is not what its format asks for. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1;

    /** The message is "{@code file}: {@code reason}". */
    public FormatException(Path file, String reason) {
        super(file + ": " + reason);
    }
}
