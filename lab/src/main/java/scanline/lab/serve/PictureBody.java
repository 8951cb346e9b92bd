package scanline.lab.serve;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import scanline.data.image.Drawing;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.http.Refusal;

/**
 * An image in a request: either an encoded file, or gray levels, light on dark.
 *
 * @param file a PNG image in base64, which may contain line ends; it is prepared as {@code predict} prepares a file
 * @param height the number of rows of the gray levels
 * @param width the number of columns of the gray levels
 * @param pixels the gray levels, a byte each, row by row, in base64
 */
public record PictureBody(@Nullable String file, int height, int width, @Nullable String pixels) {
    /** The image at the size that a model reads: a file is prepared for the model, gray levels are only scaled. */
    public ImageSet picture(PictureSize size, int classes, Preparation preparation) {
        return file != null
                ? ImageFile.readPng("the image", bytes(file), size, classes, preparation)
                : drawing().scaled(size, classes);
    }

    /** The gray levels, scaled and centered by mass as a single character of MNIST. */
    public ImageSet centered(PictureSize size, int classes) {
        return drawing().centered(size, classes);
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
