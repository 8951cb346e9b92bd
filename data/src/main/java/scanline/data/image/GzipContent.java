package scanline.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * A stream that decompresses consecutive gzip members (RFC 1952), verifies the checksum and length of each, and allows
 * nothing after the last one. {@link java.util.zip.GZIPInputStream} silently ignores damaged or foreign bytes after the
 * first member.
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
    private static final int BUFFER_BYTES = 1 << 16;

    private final CRC32 checksum = new CRC32();
    private boolean ended;

    /**
     * Reads the first header.
     *
     * @throws ZipException if the data is damaged
     * @throws EOFException if the data is truncated
     */
    GzipContent(InputStream stored) throws IOException {
        super(new PushbackInputStream(stored, BUFFER_BYTES), new Inflater(true), BUFFER_BYTES);
        readHeader();
    }

    private void readHeader() throws IOException {
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
                // skips a zero-terminated text
            }
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            in.skipNBytes(2);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = ended ? -1 : super.read(bytes, offset, length);
        while (n < 0 && !ended) {
            n = isAtNextMember() ? super.read(bytes, offset, length) : -1;
        }
        if (n > 0) {
            checksum.update(bytes, offset, n);
        }
        return n;
    }

    /** Checks the trailer of a member and reads the header of the next one; returns whether there is one. */
    private boolean isAtNextMember() throws IOException {
        int left = inf.getRemaining();
        var stored = (PushbackInputStream) in;
        stored.unread(buf, len - left, left);
        byte[] trailer = stored.readNBytes(TRAILER_BYTES);
        if (trailer.length < TRAILER_BYTES) {
            throw new EOFException();
        }
        ByteBuffer expected = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN);
        if (expected.getInt() != (int) checksum.getValue() || expected.getInt() != (int) inf.getBytesWritten()) {
            throw new ZipException("checksum does not match");
        }
        int next = stored.read();
        ended = next < 0;
        if (!ended) {
            if (next != MAGIC >> Byte.SIZE) {
                throw new ZipException("more bytes after its end");
            }
            stored.unread(next);
            inf.reset();
            checksum.reset();
            readHeader();
        }
        return !ended;
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
