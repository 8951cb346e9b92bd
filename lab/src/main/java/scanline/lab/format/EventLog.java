package scanline.lab.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import scanline.engine.file.Protobuf;

/**
 * Writes event files for TensorBoard: messages of tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto, framed as TensorFlow records (tensorflow/core/lib/io/record_writer.h).
 * Events are buffered in memory until they are written.
 */
public final class EventLog {
    private static final int GRAY = 1;
    static final int START = 1;

    private final ByteArrayOutputStream buffered = new ByteArrayOutputStream();

    /** Starts a file. */
    public EventLog() {
        append(0, 3, "brain.Event:2".getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Starts a training session: TensorBoard discards the events of earlier files for {@code step} and later steps,
     * which are trained again.
     */
    public void begin(long step) {
        append(step, 7, new Protobuf().varint(1, START).bytes());
    }

    /**
     * Adds a number.
     *
     * @param tag its name; names with the same prefix up to a slash are shown together
     * @param step the number of training steps taken
     */
    public void scalar(String tag, long step, double value) {
        summary(tag, step, new Protobuf().number(2, (float) value));
    }

    /** Adds a histogram of numbers; those that are not finite are left out. */
    public void histogram(String tag, long step, float[] values) {
        Histogram h = Histogram.of(values);
        summary(tag, step, new Protobuf().message(5, new Protobuf().number(1, h.min()).number(2, h.max())
                .number(3, (double) h.count()).number(4, h.sum()).number(5, h.sumOfSquares()).numbers(6, h.limits())
                .numbers(7, h.buckets())));
    }

    /**
     * Adds a grayscale image.
     *
     * @param pixels unsigned bytes, row-major: height x width; 0 is black
     */
    public void image(String tag, long step, byte[] pixels, int height, int width) {
        summary(tag, step, new Protobuf().message(4, new Protobuf().varint(1, height).varint(2, width).varint(3, GRAY)
                .bytes(4, Png.gray(pixels, height, width))));
    }

    /** Writes the buffered events and clears the buffer first, so no event is written twice even if writing fails. */
    public void writeTo(OutputStream out) throws IOException {
        byte[] records = buffered.toByteArray();
        buffered.reset();
        out.write(records);
    }

    private void summary(String tag, long step, Protobuf value) {
        append(step, 5, new Protobuf().message(1, value.text(1, tag)).bytes());
    }

    private void append(long step, int field, byte[] what) {
        byte[] event = new Protobuf().number(1, System.currentTimeMillis() / 1000.0).varint(2, step).bytes(field, what)
                .bytes();
        ByteBuffer record = ByteBuffer.allocate(16 + event.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(event.length).putInt(masked(record.array(), 0, 8));
        record.put(event).putInt(masked(record.array(), 12, event.length));
        buffered.writeBytes(record.array());
    }

    /** Returns a masked CRC32C, for data that may contain CRCs itself: rotated by 15 bits, plus a constant. */
    static int masked(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }
}
