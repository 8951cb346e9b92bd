package scanline.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Converts decoded images to gray levels. Gray images keep the levels of their file; colors become their luma (ITU-R
 * BT.601, in 256ths); each ink of a CMYK image absorbs its share of the light. Java2D is not used because it would
 * apply a gamma of its own to some kinds of gray. Transparent pixels show a background that contrasts with the drawing:
 * white for a dark drawing, black for a light one.
 */
final class Grayscale {
    private static final int WHITE = 255;

    private final int width;
    private final byte[] levels;
    // The opacity of each pixel; empty if all pixels are opaque.
    private final byte[] opacity;

    private Grayscale(BufferedImage image) {
        width = image.getWidth();
        levels = new byte[image.getHeight() * width];
        opacity = new byte[image.getColorModel().hasAlpha() ? levels.length : 0];
    }

    /** Returns the gray levels of an image as unsigned bytes, row-major: height x width. */
    static byte[] of(BufferedImage image) {
        Grayscale gray = new Grayscale(image);
        for (int y = 0; y < image.getHeight(); y++) {
            if (image.getColorModel() instanceof IndexColorModel) {
                gray.readPalette(image, y);
            } else if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
                gray.readInks(image.getRaster(), y);
            } else {
                gray.readSamples(image.getRaster(), y);
            }
        }
        if (gray.opacity.length > 0) {
            gray.blendWithPaper();
        }
        return gray.levels;
    }

    private void readPalette(BufferedImage image, int y) {
        int[] argb = image.getRGB(0, y, width, 1, null, 0, width);
        for (int x = 0; x < width; x++) {
            set(y * width + x, luma(argb[x] >> 16 & 0xFF, argb[x] >> 8 & 0xFF, argb[x] & 0xFF), argb[x] >>> 24);
        }
    }

    /**
     * Reads one or three color bands, and an opacity band if there is one; of 16-bit samples, the upper 8 bits are
     * used.
     */
    private void readSamples(Raster raster, int y) {
        int bands = raster.getNumBands();
        int dropped = raster.getSampleModel().getSampleSize(0) - 8;
        int[] row = raster.getPixels(0, y, width, 1, (int[]) null);
        for (int x = 0, at = 0; x < width; x++, at += bands) {
            int level = bands < 3
                    ? row[at] >> dropped
                    : luma(row[at] >> dropped, row[at + 1] >> dropped, row[at + 2] >> dropped);
            set(y * width + x, level, row[at + bands - 1] >> dropped);
        }
    }

    /** Reads four bands: the amounts of cyan, magenta, yellow and black. */
    private void readInks(Raster raster, int y) {
        int[] row = raster.getPixels(0, y, width, 1, (int[]) null);
        for (int x = 0, at = 0; x < width; x++, at += 4) {
            int colored = luma(WHITE - row[at], WHITE - row[at + 1], WHITE - row[at + 2]);
            set(y * width + x, (colored * (WHITE - row[at + 3]) + WHITE / 2) / WHITE, WHITE);
        }
    }

    private void set(int pixel, int level, int opaque) {
        levels[pixel] = (byte) level;
        if (opacity.length > 0) {
            opacity[pixel] = (byte) opaque;
        }
    }

    private static int luma(int red, int green, int blue) {
        return (77 * red + 150 * green + 29 * blue + 128) >> 8;
    }

    private void blendWithPaper() {
        long light = 0;
        long ink = 0;
        for (int i = 0; i < levels.length; i++) {
            light += (long) (levels[i] & 0xFF) * (opacity[i] & 0xFF);
            ink += opacity[i] & 0xFF;
        }
        int paper = 2 * light < ink * WHITE ? WHITE : 0;
        for (int i = 0; i < levels.length; i++) {
            int opaque = opacity[i] & 0xFF;
            levels[i] = (byte) (((levels[i] & 0xFF) * opaque + paper * (WHITE - opaque) + WHITE / 2) / WHITE);
        }
    }
}
