package scanline.lab.data;

import java.util.Arrays;

/**
 * Scales images of a set to squares by area averaging: a pixel of the square is the mean of that part of the image which it
 * covers, rounded, a half upwards. That serves to make them smaller and larger, keeps the mean, and needs only whole numbers.
 * It works in one array again and again, so it is for one thread.
 */
final class AreaScaling {
    private final ImageSet images;
    // For one row of the square what it covers of each column of the image: height times its mean.
    private final long[] columns;

    AreaScaling(ImageSet images) {
        this.images = images;
        columns = new long[images.width()];
    }

    /**
     * Scales an image.
     *
     * @param side pixels a side of the square
     * @param square gets unsigned bytes, row by row: side x side of them
     */
    void scale(int image, int side, byte[] square) {
        // A row of the image is cut into as many slices as the square has rows. Then each row of the square takes as many
        // slices as the image has rows, and their number is a slice's part of the square's row.
        int row = image * images.height();
        int slices = side;
        for (int y = 0; y < side; y++) {
            Arrays.fill(columns, 0);
            for (int wanted = images.height(); wanted > 0;) {
                int part = Math.min(wanted, slices);
                add(columns, part, images.pixels(), row * images.width());
                wanted -= part;
                slices -= part;
                if (slices == 0) {
                    row++;
                    slices = side;
                }
            }
            average(square, y * side, side, columns, images.imagePixels());
        }
    }

    private static void add(long[] columns, int part, byte[] pixels, int at) {
        for (int x = 0; x < columns.length; x++) {
            columns[x] += part * (long) (pixels[at + x] & 0xFF);
        }
    }

    /** A row of the square, by slices of the columns. */
    private static void average(byte[] square, int at, int side, long[] columns, int imagePixels) {
        int column = 0;
        int slices = side;
        for (int x = 0; x < side; x++) {
            long sum = imagePixels / 2;
            for (int wanted = columns.length; wanted > 0;) {
                int part = Math.min(wanted, slices);
                sum += part * columns[column];
                wanted -= part;
                slices -= part;
                if (slices == 0) {
                    column++;
                    slices = side;
                }
            }
            square[at + x] = (byte) (sum / imagePixels);
        }
    }
}
