package scanline.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Facts from the markers of a JPEG file (ITU T.81, table B.1).
 *
 * @param scans the number of times that a decoder goes through the pixels; a progressive image has about ten scans, but
 *     may have any number
 * @param isAdobe whether an Adobe segment states how colors are stored
 * @param orientation the orientation of the camera, as in {@link Orientation}
 */
record JpegMarkers(long scans, boolean isAdobe, int orientation) {
    // A length follows every marker except ARITHMETIC and those from FIRST_RESTART to END_OF_IMAGE.
    private static final int ARITHMETIC = 0x01;
    private static final int FIRST_RESTART = 0xD0;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;
    private static final int EXIF = 0xE1;
    private static final int ADOBE = 0xEE;
    private static final byte[] EXIF_NAME = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] ADOBE_NAME = "Adobe".getBytes(StandardCharsets.ISO_8859_1);

    /**
     * Reads the markers up to the end of the image.
     *
     * @throws EOFException if there is no end-of-image marker
     */
    static JpegMarkers read(InputStream in) throws IOException {
        long scans = 0;
        boolean adobe = false;
        int orientation = Orientation.UPRIGHT;
        for (int marker = next(in); marker != END_OF_IMAGE; marker = next(in)) {
            scans += marker == START_OF_SCAN ? 1 : 0;
            if (marker != ARITHMETIC && (marker < FIRST_RESTART || marker > END_OF_IMAGE)) {
                int length = Math.max(0, (in.read() << Byte.SIZE | in.read()) - 2);
                byte[] start = in.readNBytes(marker == EXIF || marker == ADOBE ? length : 0);
                in.skipNBytes(length - start.length);
                adobe |= marker == ADOBE && begins(start, ADOBE_NAME);
                if (marker == EXIF && begins(start, EXIF_NAME)) {
                    orientation = Orientation.of(Arrays.copyOfRange(start, EXIF_NAME.length, start.length));
                }
            }
        }
        return new JpegMarkers(Math.max(1, scans), adobe, orientation);
    }

    private static boolean begins(byte[] segment, byte[] name) {
        return segment.length >= name.length && Arrays.equals(segment, 0, name.length, name, 0, name.length);
    }

    /** Returns the next marker; skips encoded pixels, in which 0 follows each 0xFF. */
    private static int next(InputStream in) throws IOException {
        for (int before = 0, next; (next = in.read()) >= 0; before = next) {
            if (before == 0xFF && next != 0 && next != 0xFF) {
                return next;
            }
        }
        throw new EOFException("it ends before its end-of-image marker");
    }
}
