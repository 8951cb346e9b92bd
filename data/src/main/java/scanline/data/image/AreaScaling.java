package scanline.data.image;

import java.util.Arrays;

/**
 * Scales the images of a set by area averaging: a new pixel is the mean of the part of the image that it covers, with
 * halves rounded up. This works for reduction and enlargement, keeps the mean, and needs only integers. An instance
 * reuses one array, so it is not thread-safe.
 */
public final class AreaScaling {
    private final ImageSet images;
    // The part of each column of the image that one new row covers: height times its mean.
    private final long[] columns;

    public AreaScaling(ImageSet images) {
        this.images = images;
        columns = new long[images.width()];
    }

    /**
     * Scales an image.
     *
     * @param image the number of the image in the set
     * @param height the new number of rows
     * @param width the new number of columns
     * @param scaled receives unsigned bytes, row-major: height x width
     */
    public void scale(int image, int height, int width, byte[] scaled) {
        // Each row of the image is cut into as many slices as there are new rows. Each new row then consists of as many
        // slices as the image has rows, so a slice is one part in that number of the new row.
        int row = image * images.height();
        int slices = height;
        for (int y = 0; y < height; y++) {
            Arrays.fill(columns, 0);
            for (int missing = images.height(); missing > 0;) {
                int part = Math.min(missing, slices);
                add(columns, part, images.pixels(), row * images.width());
                missing -= part;
                slices -= part;
                if (slices == 0) {
                    row++;
                    slices = height;
                }
            }
            average(scaled, y * width, width, columns, images.imagePixels());
        }
    }

    private static void add(long[] columns, int part, byte[] pixels, int at) {
        for (int x = 0; x < columns.length; x++) {
            columns[x] += part * (long) (pixels[at + x] & 0xFF);
        }
    }

    /** Computes a new row from slices of the columns. */
    private static void average(byte[] scaled, int at, int width, long[] columns, int imagePixels) {
        int column = 0;
        int slices = width;
        for (int x = 0; x < width; x++) {
            long sum = imagePixels / 2;
            for (int missing = columns.length; missing > 0;) {
                int part = Math.min(missing, slices);
                sum += part * columns[column];
                missing -= part;
                slices -= part;
                if (slices == 0) {
                    column++;
                    slices = width;
                }
            }
            scaled[at + x] = (byte) (sum / imagePixels);
        }
    }
}
