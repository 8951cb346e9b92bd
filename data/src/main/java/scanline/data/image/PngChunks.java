package scanline.data.image;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/** Reads the chunks of a PNG file (ISO/IEC 15948, section 5), whose checksums the JDK's decoder does not verify. */
final class PngChunks {
    private static final int SIGNATURE_BYTES = 8;
    private static final String EXIF = "eXIf";
    private static final String END = "IEND";

    private PngChunks() {}

    /**
     * Checks every chunk and returns the orientation of the camera.
     *
     * @throws IOException if a checksum does not match, or the last chunk is missing
     */
    static int orientation(InputStream stored) throws IOException {
        int orientation = Orientation.UPRIGHT;
        CRC32 checksum = new CRC32();
        var in = new DataInputStream(new CheckedInputStream(stored, checksum));
        try {
            in.skipNBytes(SIGNATURE_BYTES);
            for (String name = ""; !name.equals(END);) {
                long length = Integer.toUnsignedLong(in.readInt());
                checksum.reset();
                name = new String(in.readNBytes(Integer.BYTES), StandardCharsets.ISO_8859_1);
                if (name.equals(EXIF)) {
                    orientation = Orientation.of(in.readNBytes((int) Math.min(length, Integer.MAX_VALUE)));
                } else {
                    in.skipNBytes(length);
                }
                int computed = (int) checksum.getValue();
                if (in.readInt() != computed) {
                    throw new IOException("the checksum of its " + name + " chunk is wrong");
                }
            }
        } catch (EOFException _) {
            throw new EOFException("it ends before its " + END + " chunk");
        }
        return orientation;
    }
}
