package scanline.lab.recipe;

import scanline.data.base.UserException;

/** An invalid recipe or override. The message names the key. */
public final class RecipeException extends UserException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public RecipeException(String message) {
        super(message);
    }
}
