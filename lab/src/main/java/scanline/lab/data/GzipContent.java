package scanline.lab.data;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The content of one gzip member (RFC 1952), with its checksum and length checked and nothing allowed after it.
 * {@link java.util.zip.GZIPInputStream} silently ignores damaged or foreign bytes after the first member.
 */
final class GzipContent extends InflaterInputStream {
    static final int MAGIC = 0x1f8b;

    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;
    private static final int TRAILER_BYTES = 8;

    private final CRC32 checksum = new CRC32();
    private boolean ended;

    /** Reads the header; throws ZipException for damaged data and EOFException for data that are cut short. */
    GzipContent(InputStream stored) throws IOException {
        super(stored, new Inflater(true), 1 << 16);
        boolean magic = (next() << 8 | next()) == MAGIC;
        int method = next();
        int flags = next();
        if (!magic || method != DEFLATE || (flags & RESERVED) != 0) {
            throw new ZipException("damaged header");
        }
        in.skipNBytes(6); // time, compression level, operating system
        if ((flags & EXTRA) != 0) {
            in.skipNBytes(next() | next() << 8);
        }
        for (int field = NAME; field <= COMMENT; field *= 2) {
            while ((flags & field) != 0 && next() != 0) {
                // a text that ends with a zero, of no interest here
            }
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            in.skipNBytes(2);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = super.read(bytes, offset, length);
        if (n > 0) {
            checksum.update(bytes, offset, n);
        } else if (n < 0 && !ended) {
            ended = true;
            checkTrailer();
        }
        return n;
    }

    private void checkTrailer() throws IOException {
        int left = inf.getRemaining();
        var rest = new SequenceInputStream(new ByteArrayInputStream(buf, len - left, left), in);
        byte[] trailer = rest.readNBytes(TRAILER_BYTES);
        if (trailer.length < TRAILER_BYTES) {
            throw new EOFException();
        }
        ByteBuffer expected = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN);
        if (expected.getInt() != (int) checksum.getValue() || expected.getInt() != (int) inf.getBytesWritten()) {
            throw new ZipException("checksum does not match");
        }
        if (rest.read() >= 0) {
            throw new ZipException("more bytes after its end");
        }
    }

    private int next() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException();
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        inf.end();
        super.close();
    }
}
