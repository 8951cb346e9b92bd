package scanline.lab.recipe;

import scanline.lab.base.UserException;

/** A recipe, or a key given for it, is wrong. The message names the key. */
public final class RecipeException extends UserException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public RecipeException(String message) {
        super(message);
    }
}
