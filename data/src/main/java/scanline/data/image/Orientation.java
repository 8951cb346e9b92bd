package scanline.data.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The orientation of a camera: the values 1 to 8 of the tag Orientation (TIFF 6.0, Exif 2.32), which state on which
 * sides of the image the first row and the first column of the stored pixels belong.
 */
final class Orientation {
    /** The orientation of pixels that are stored as they are displayed. */
    static final int UPRIGHT = 1;

    private static final int LAST = 8;
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final short LITTLE_ENDIAN = 0x4949; // "II"; big-endian data starts with "MM"
    private static final short BIG_ENDIAN = 0x4D4D;
    private static final int MAGIC = 42;

    private Orientation() {}

    /**
     * Reads the orientation from EXIF data, a TIFF file without pixels; {@link #UPRIGHT} if it is missing or damaged.
     */
    static int of(byte[] exif) {
        try {
            ByteBuffer tiff = ByteBuffer.wrap(exif);
            short order = tiff.getShort();
            tiff.order(order == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            if ((order != LITTLE_ENDIAN && order != BIG_ENDIAN) || tiff.getShort() != MAGIC) {
                return UPRIGHT;
            }
            tiff.position(tiff.getInt());
            for (int entries = Short.toUnsignedInt(tiff.getShort()); entries > 0; entries--) {
                int tag = Short.toUnsignedInt(tiff.getShort());
                int type = tiff.getShort();
                int count = tiff.getInt();
                int value = tiff.getShort();
                tiff.getShort(); // the other half of the value
                if (tag == TAG && type == SHORT && count == 1) {
                    return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
                }
            }
            return UPRIGHT;
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return UPRIGHT; // viewers show images whose EXIF data is damaged
        }
    }

    /** Rotates or mirrors one image so that it appears as it was taken. */
    static ImageSet upright(int orientation, ImageSet image) {
        if (orientation == UPRIGHT) {
            return image;
        }
        boolean onItsSide = orientation >= 5;
        boolean fromBelow = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        int height = onItsSide ? image.width() : image.height();
        int width = onItsSide ? image.height() : image.width();
        byte[] pixels = new byte[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int row = onItsSide ? x : y;
                int column = onItsSide ? y : x;
                pixels[y * width + x] = image.pixels()[(fromBelow ? image.height() - 1 - row : row) * image.width()
                        + (fromRight ? image.width() - 1 - column : column)];
            }
        }
        return new ImageSet(height, width, pixels, image.labels(), image.classes());
    }
}
