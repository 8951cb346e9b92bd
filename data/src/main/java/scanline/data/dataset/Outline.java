package scanline.data.dataset;

import java.util.List;
import scanline.data.image.ImageSet;

/**
 * A data set of which only the names and sizes are known, which is enough to use a trained model without its data.
 *
 * @param name the value of the recipe key {@code data} that selects it
 * @param classNames the name of each class, indexed by label
 * @param height the number of rows of an image
 * @param width the number of columns of an image
 */
public record Outline(String name, List<String> classNames, int height, int width) implements Dataset {
    /** Copies the names. */
    public Outline {
        classNames = List.copyOf(classNames);
    }

    /** Returns a black image of each class, because a canvas needs images to compose. */
    @Override
    public ImageSet train() {
        byte[] labels = new byte[classNames.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) i;
        }
        return new ImageSet(height, width, new byte[labels.length * height * width], labels, labels.length);
    }

    /** Returns the same images as {@link #train}. */
    @Override
    public ImageSet test() {
        return train();
    }
}
