package scanline.lab.image;

import java.util.Arrays;

/**
 * Scales images of a set by area averaging: a new pixel is the mean of that part of the image which it covers, rounded, a half
 * upwards. That serves to make them smaller and larger, keeps the mean, and needs only whole numbers.
 * It works in one array again and again, so it is for one thread.
 */
public final class AreaScaling {
    private final ImageSet images;
    // For one new row what it covers of each column of the image: height times its mean.
    private final long[] columns;

    public AreaScaling(ImageSet images) {
        this.images = images;
        columns = new long[images.width()];
    }

    /**
     * Scales an image.
     *
     * @param height new rows
     * @param width new columns
     * @param scaled gets unsigned bytes, row by row: height x width of them
     */
    public void scale(int image, int height, int width, byte[] scaled) {
        // A row of the image is cut into as many slices as there are new rows. Then each new row takes as many slices as the
        // image has rows, and their number is a slice's part of the new row.
        int row = image * images.height();
        int slices = height;
        for (int y = 0; y < height; y++) {
            Arrays.fill(columns, 0);
            for (int wanted = images.height(); wanted > 0;) {
                int part = Math.min(wanted, slices);
                add(columns, part, images.pixels(), row * images.width());
                wanted -= part;
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

    /** A new row, by slices of the columns. */
    private static void average(byte[] scaled, int at, int width, long[] columns, int imagePixels) {
        int column = 0;
        int slices = width;
        for (int x = 0; x < width; x++) {
            long sum = imagePixels / 2;
            for (int wanted = columns.length; wanted > 0;) {
                int part = Math.min(wanted, slices);
                sum += part * columns[column];
                wanted -= part;
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
