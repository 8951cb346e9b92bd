package scanline.lab.recipe;

/** A recipe, or a key given for it, is not right; the message is one line that names the key and what would be. */
public final class RecipeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public RecipeException(String message) {
        super(message);
    }
}
