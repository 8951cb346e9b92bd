package scanline.lab.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), as far as ONNX needs it. A
 * field that is put in again is the next element of a repeated one.
 */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A whole number, of any of the types that are varints: int32, int64, an enum. */
    Protobuf whole(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    /** A float. */
    Protobuf number(int field, float value) {
        tag(field, FIXED_32);
        bytes.writeBytes(littleEndian(value));
        return this;
    }

    /** A text. */
    Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes. */
    Protobuf bytes(int field, byte[] value) {
        tag(field, LENGTH_DELIMITED);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    /** A message in the message. */
    Protobuf message(int field, Protobuf value) {
        return bytes(field, value.bytes.toByteArray());
    }

    /** Writes what was put in, in this order. */
    void writeTo(OutputStream out) throws IOException {
        bytes.writeTo(out);
    }

    /** Floats as bytes, as a tensor's raw data has them. */
    static byte[] littleEndian(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }

    /** Whole numbers as bytes, as a tensor's raw data has them. */
    static byte[] littleEndian(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asLongBuffer().put(values);
        return buffer.array();
    }

    private void tag(int field, int type) {
        varint(((long) field << 3) | type);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void varint(long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            bytes.write((int) ((rest & 0x7F) | 0x80));
        }
        bytes.write((int) rest);
    }
}
