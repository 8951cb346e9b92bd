package scanline.lab.studio;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import scanline.lab.experiment.Experiment;
import scanline.lab.image.Drawing;
import scanline.lab.image.ImageFile;
import scanline.lab.image.ImageSet;
import scanline.lab.studio.http.Refusal;

/**
 * A picture as a request has it: an encoded one, or gray levels, light on dark.
 *
 * @param file a PNG, in base64, which may have line ends; it is prepared as {@code predict} does
 * @param height rows of the levels
 * @param width columns of the levels
 * @param pixels the levels, a byte each, row by row, in base64
 */
record PictureBody(@Nullable String file, int height, int width, @Nullable String pixels) {
    /** The picture at the size that a model reads, as it is. */
    ImageSet picture(Experiment experiment) {
        return file != null
                ? png(bytes(file), experiment)
                : drawing().scaled(experiment.pictureSize(), experiment.input().classes());
    }

    /** The picture that an encoded one becomes. */
    static ImageSet png(byte[] content, Experiment experiment) {
        return ImageFile.readPng("the image", content, experiment.pictureSize(), experiment.input().classes(),
                experiment.preparation());
    }

    /** The same, made as the images that the model learned from were: a single one is scaled and laid by its mass. */
    ImageSet drawn(Experiment experiment) {
        return experiment.isDrawn()
                ? picture(experiment)
                : drawing().centered(experiment.pictureSize(), experiment.input().classes());
    }

    private Drawing drawing() {
        if (pixels == null) {
            throw new Refusal(400, "an image has either file, or height, width and pixels");
        }
        return new Drawing(height, width, bytes(pixels));
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", "")); // the command base64 makes lines
        } catch (IllegalArgumentException _) {
            throw new Refusal(400, "the image is not in base64");
        }
    }
}
