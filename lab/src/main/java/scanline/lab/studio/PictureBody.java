package scanline.lab.studio;

import java.util.Base64;

import org.jspecify.annotations.Nullable;

import scanline.lab.data.Drawing;
import scanline.lab.data.ImageFile;
import scanline.lab.data.ImageSet;
import scanline.lab.data.Pictures;
import scanline.lab.studio.http.Refusal;
import scanline.lab.train.Experiment;

/**
 * A picture as a request has it: an encoded one, or grey levels, light on dark.
 *
 * @param file a PNG, in base64, which may have line ends; it is prepared as {@code predict} does
 * @param height rows of the levels
 * @param width columns of the levels
 * @param pixels the levels, a byte each, row by row, in base64
 */
record PictureBody(@Nullable String file, int height, int width, @Nullable String pixels) {
    /** The picture at the size that a model reads, as it is. */
    ImageSet picture(Experiment experiment) {
        Pictures known = experiment.outside();
        if (file != null) {
            return ImageFile.readPng("the image", bytes(file), known.height(), known.width(), known.classes(),
                    experiment.preparation());
        }
        return drawing().scaled(known.height(), known.width(), known.classes());
    }

    /** The same, made as the images that the model learned from were: a single one is scaled and laid by its mass. */
    ImageSet drawn(Experiment experiment) {
        Pictures known = experiment.outside();
        return experiment.isDrawn()
                ? picture(experiment)
                : drawing().centred(known.height(), known.width(), known.classes());
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
