package scanline.lab.image;

/** How a picture from elsewhere becomes an image of the size that a model reads. */
public enum Preparation {
    /** The whole picture is scaled, and inverted if its border is light. */
    SCALE,
    /**
     * Its ink alone is laid as that of MNIST's digits ({@link Ink}); a picture that has the model's size already counts as laid so,
     * and is treated as {@link #SCALE} says.
     */
    INK
}
