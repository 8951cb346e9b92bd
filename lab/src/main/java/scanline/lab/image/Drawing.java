package scanline.lab.image;

import java.util.stream.IntStream;
import scanline.lab.base.DataException;

/**
 * A drawing made into an image as those of MNIST were (LeCun et al. 1998, "Gradient-based learning applied to document
 * recognition", section III.A): what is drawn is scaled to fit 20 x 20 pixels, its shape kept, and laid so that its center of
 * mass is at the center of 28 x 28 pixels; in images of another size the same parts of them.
 *
 * @param height rows
 * @param width columns
 * @param pixels unsigned bytes, row by row, light on dark: height x width
 */
public record Drawing(int height, int width, byte[] pixels) {
    private static final int LARGEST_SIDE = 1024;
    // Of the sides of an image, in 28ths.
    private static final int BOX = 20;
    private static final int FRAME = 28;

    /**
     * Checks the size.
     *
     * @throws DataException if there is no pixel, a side has more than {@value #LARGEST_SIDE}, or bytes lack
     */
    public Drawing {
        if (height < 1 || width < 1 || height > LARGEST_SIDE || width > LARGEST_SIDE) {
            throw new DataException(
                    "a drawing has 1 to " + LARGEST_SIDE + " pixels a side, not " + width + " x " + height);
        }
        if (pixels.length != height * width) {
            throw new DataException(
                    "a drawing of " + width + " x " + height + " pixels has as many bytes, not " + pixels.length);
        }
    }

    /** The whole drawing at another size. */
    public ImageSet scaled(PictureSize to, int classes) {
        return image(scaled(whole(), to.height(), to.width()), to.height(), to.width(), classes);
    }

    /** As those of MNIST; a black one if nothing is drawn. */
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
            // What would lie outside is moved in, as an image of an uneven mass is.
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

    /** The center of mass along one side, in pixels from its beginning. */
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
