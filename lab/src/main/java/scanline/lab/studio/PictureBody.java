package scanline.lab.studio;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import scanline.data.image.Drawing;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.lab.experiment.Experiment;
import scanline.lab.studio.http.Refusal;

/**
 * An image in a request: either an encoded file, or gray levels, light on dark.
 *
 * @param file a PNG image in base64, which may contain line ends; it is prepared as {@code predict} prepares a file
 * @param height the number of rows of the gray levels
 * @param width the number of columns of the gray levels
 * @param pixels the gray levels, a byte each, row by row, in base64
 */
record PictureBody(@Nullable String file, int height, int width, @Nullable String pixels) {
    /** The image, scaled to the size that a model reads and otherwise unchanged. */
    ImageSet picture(Experiment experiment) {
        return file != null
                ? png(bytes(file), experiment)
                : drawing().scaled(experiment.pictureSize(), experiment.input().classes());
    }

    /** Decodes and prepares a PNG image. */
    static ImageSet png(byte[] content, Experiment experiment) {
        return ImageFile.readPng("the image", content, experiment.pictureSize(), experiment.input().classes(),
                experiment.preparation());
    }

    /** The image, prepared like the training images of the model: a single character is scaled and centered by its mass. */
    ImageSet drawn(Experiment experiment) {
        return experiment.isDrawn()
                ? picture(experiment)
                : drawing().centered(experiment.pictureSize(), experiment.input().classes());
    }

    private Drawing drawing() {
        if (pixels == null) {
            throw new Refusal(400, "an image must have file, or height, width and pixels");
        }
        return new Drawing(height, width, bytes(pixels));
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", "")); // the base64 command breaks lines
        } catch (IllegalArgumentException _) {
            throw new Refusal(400, "the image is not valid base64");
        }
    }
}
