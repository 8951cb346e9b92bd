package scanline.lab.data;

import java.util.List;
import scanline.lab.image.ImageSet;

/**
 * A data set of which only names and sizes are known: enough to use a trained model where its data is not.
 *
 * @param name the name that {@code data=} gives it
 * @param classNames what each class is called, by its label
 * @param height rows of an image
 * @param width columns of an image
 */
public record Outline(String name, List<String> classNames, int height, int width) implements Dataset {
    /** Copies the names. */
    public Outline {
        classNames = List.copyOf(classNames);
    }

    /** A black image of each class: a canvas needs something to put on it. */
    @Override
    public ImageSet train() {
        byte[] labels = new byte[classNames.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) i;
        }
        return new ImageSet(height, width, new byte[labels.length * height * width], labels, labels.length);
    }

    /** The same. */
    @Override
    public ImageSet test() {
        return train();
    }
}
