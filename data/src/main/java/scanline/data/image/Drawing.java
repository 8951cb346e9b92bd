package scanline.data.image;

import java.util.stream.IntStream;
import scanline.data.base.DataException;

/**
 * A drawing that can be made into an image in the same way as MNIST's (LeCun et al. 1998, "Gradient-based learning
 * applied to document recognition", section III.A): the ink is scaled to fit 20 x 20 pixels, with its aspect ratio
 * preserved, and placed so that its center of mass is at the center of 28 x 28 pixels. Images of other sizes use the
 * same proportions.
 *
 * @param height the number of rows
 * @param width the number of columns
 * @param pixels unsigned bytes, row-major, light on dark: height x width
 */
public record Drawing(int height, int width, byte[] pixels) {
    private static final int LARGEST_SIDE = 1024;
    // The side of the box for the ink and the side of the image, in 28ths of the side of the image.
    private static final int BOX = 20;
    private static final int FRAME = 28;

    /**
     * Checks the size.
     *
     * @throws DataException if a side is not 1 to {@value #LARGEST_SIDE} pixels, or the number of bytes does not fit
     */
    public Drawing {
        if (height < 1 || width < 1 || height > LARGEST_SIDE || width > LARGEST_SIDE) {
            throw new DataException(
                    "a drawing must have 1 to " + LARGEST_SIDE + " pixels per side, not " + width + " x " + height);
        }
        if (pixels.length != height * width) {
            throw new DataException(
                    "a drawing of " + width + " x " + height + " pixels needs " + height * width + " bytes, not "
                            + pixels.length);
        }
    }

    /** Returns the whole drawing, scaled to another size. */
    public ImageSet scaled(PictureSize to, int classes) {
        return image(scaled(whole(), to.height(), to.width()), to.height(), to.width(), classes);
    }

    /** Returns an image with the ink scaled and centered as in MNIST; a black image if there is no ink. */
    public ImageSet centered(PictureSize to, int classes) {
        byte[] image = new byte[to.pixels()];
        int top = rowsWithInk().min().orElse(0);
        int bottom = rowsWithInk().max().orElse(-1) + 1;
        int left = columnsWithInk().min().orElse(0);
        int right = columnsWithInk().max().orElse(-1) + 1;
        if (bottom > top) {
            double scale = (double) BOX / FRAME
                    * Math.min((double) to.height() / (bottom - top), (double) to.width() / (right - left));
            int h = Math.max(1, (int) Math.round(scale * (bottom - top)));
            int w = Math.max(1, (int) Math.round(scale * (right - left)));
            byte[] ink = scaled(cut(top, bottom, left, right), h, w);
            // With an off-center mass, ink could fall outside the image: it is moved inside.
            int y = Math.clamp(Math.round(to.height() / 2.0 - center(ink, h, w, true)), 0, to.height() - h);
            int x = Math.clamp(Math.round(to.width() / 2.0 - center(ink, h, w, false)), 0, to.width() - w);
            for (int row = 0; row < h; row++) {
                System.arraycopy(ink, row * w, image, (y + row) * to.width() + x, w);
            }
        }
        return image(image, to.height(), to.width(), classes);
    }

    private IntStream rowsWithInk() {
        return IntStream.range(0, height)
                .filter(y -> IntStream.range(0, width).anyMatch(x -> pixels[y * width + x] != 0));
    }

    private IntStream columnsWithInk() {
        return IntStream.range(0, width)
                .filter(x -> IntStream.range(0, height).anyMatch(y -> pixels[y * width + x] != 0));
    }

    private ImageSet whole() {
        return image(pixels, height, width, 1);
    }

    private ImageSet cut(int top, int bottom, int left, int right) {
        byte[] part = new byte[(bottom - top) * (right - left)];
        for (int y = top; y < bottom; y++) {
            System.arraycopy(pixels, y * width + left, part, (y - top) * (right - left), right - left);
        }
        return image(part, bottom - top, right - left, 1);
    }

    private static ImageSet image(byte[] pixels, int height, int width, int classes) {
        return new ImageSet(height, width, pixels, new byte[1], classes);
    }

    private static byte[] scaled(ImageSet image, int height, int width) {
        byte[] scaled = new byte[height * width];
        new AreaScaling(image).scale(0, height, width, scaled);
        return scaled;
    }

    /** Returns the center of mass along one side, in pixels from its start. */
    private static double center(byte[] ink, int height, int width, boolean ofRows) {
        double mass = 0;
        double moment = 0;
        for (int i = 0; i < height * width; i++) {
            double level = Byte.toUnsignedInt(ink[i]);
            mass += level;
            moment += level * ((ofRows ? i / width : i % width) + 0.5);
        }
        return mass == 0 ? (ofRows ? height : width) / 2.0 : moment / mass;
    }
}
