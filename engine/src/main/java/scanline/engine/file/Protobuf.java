package scanline.engine.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A builder of messages in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): a sequence
 * of fields, each with a number and a wire type, followed by its value. A field that is not appended has its default
 * value.
 */
public final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Appends an {@code int32}, {@code int64}, {@code uint64}, {@code bool} or enum. */
    public Protobuf varint(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    /** Appends a {@code fixed32} or {@code sfixed32}. */
    public Protobuf fixed32(int field, int value) {
        key(field, FIXED_32);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
        return this;
    }

    /** Appends a {@code fixed64} or {@code sfixed64}. */
    public Protobuf fixed64(int field, long value) {
        key(field, FIXED_64);
        bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
        return this;
    }

    /** Appends a {@code float}. */
    public Protobuf number(int field, float value) {
        return fixed32(field, Float.floatToIntBits(value));
    }

    /** Appends a {@code double}. */
    public Protobuf number(int field, double value) {
        return fixed64(field, Double.doubleToLongBits(value));
    }

    /** Appends a packed {@code repeated double}. */
    public Protobuf numbers(int field, double[] values) {
        byte[] packed = new byte[Double.BYTES * values.length];
        ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
        return bytes(field, packed);
    }

    /** Appends a {@code string}. */
    public Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a {@code bytes} field. */
    public Protobuf bytes(int field, byte[] value) {
        key(field, LENGTH);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    /** Appends a nested message. */
    public Protobuf message(int field, Protobuf value) {
        return bytes(field, value.bytes());
    }

    /** Returns the message without its length. */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** Writes the message without its length. */
    public void writeTo(OutputStream out) throws IOException {
        bytes.writeTo(out);
    }

    /** Returns floats as little-endian bytes, the raw data of ONNX's tensors. */
    public static byte[] littleEndian(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }

    /** Returns integers as little-endian bytes, the raw data of ONNX's tensors. */
    public static byte[] littleEndian(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asLongBuffer().put(values);
        return buffer.array();
    }

    private void key(int field, int kind) {
        varint(((long) field << 3) | kind);
    }

    /** Writes seven bits per byte, the lowest first; all bytes but the last have their eighth bit set. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write(((int) rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
