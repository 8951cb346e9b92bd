package scanline.data.image;

/** The ways to prepare an image file for a model: to bring it to the size that the model reads. */
public enum Preparation {
    /** Scales the whole image, and inverts it if its border is light. */
    SCALE,
    /**
     * Extracts the ink and places it like that of MNIST's digits ({@link Ink}). An image that already has the model's
     * size counts as prepared and is treated as with {@link #SCALE}.
     */
    INK
}
