package scanline.data.plugin;

import scanline.data.base.UserException;

/** Reports that a plugin cannot be used, or is missing. Its message names the jar and the class, as far as they are known. */
public final class PluginException extends UserException {
    private static final long serialVersionUID = 1;

    /** Creates an exception with a message for the user. */
    public PluginException(String message) {
        super(message);
    }

    /** Creates an exception with a message for the user and its cause. */
    public PluginException(String message, Throwable cause) {
        super(message, cause);
    }
}
