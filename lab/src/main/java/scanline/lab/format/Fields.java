package scanline.lab.format;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import scanline.engine.file.Protobuf;

/**
 * The fields of a message in the wire format of {@link Protobuf}.
 *
 * @param all the fields in the order of the message
 */
record Fields(List<Field> all) {
    private static final int LONGEST_VARINT = 63;

    /**
     * A field.
     *
     * @param number the number that identifies the field
     * @param value an integer, or the bits of a floating-point number
     * @param content the bytes of a field with a length; otherwise empty
     */
    record Field(int number, long value, byte[] content) {}

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if the bytes are not a message
     */
    static Fields of(byte[] message) {
        List<Field> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (in.hasRemaining()) {
                fields.add(field(in));
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("the message is truncated", e);
        }
        return new Fields(fields);
    }

    private static Field field(ByteBuffer in) {
        long key = varint(in);
        int number = (int) (key >>> 3);
        return switch ((int) (key & 7)) {
            case 0 -> new Field(number, varint(in), new byte[0]);
            case 1 -> new Field(number, in.getLong(), new byte[0]);
            case 5 -> new Field(number, in.getInt(), new byte[0]);
            case 2 -> new Field(number, 0, content(in));
            default -> throw new IllegalArgumentException("unknown field type " + (key & 7));
        };
    }

    private static byte[] content(ByteBuffer in) {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(
                    "a field has " + length + " bytes, but only " + in.remaining() + " are left");
        }
        byte[] content = new byte[(int) length];
        in.get(content);
        return content;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift <= LONGEST_VARINT; shift += 7) {
            byte part = in.get();
            value |= (long) (part & 0x7F) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number does not end");
    }

    /** Returns the first field with a number. */
    Optional<Field> first(int number) {
        return all.stream().filter(field -> field.number == number).findFirst();
    }

    /** Returns an integer field; 0, the default of the format, if there is none. */
    long whole(int number) {
        return first(number).map(Field::value).orElse(0L);
    }

    /** Returns a 64-bit floating-point field; 0 if there is none. */
    double number(int number) {
        return Double.longBitsToDouble(whole(number));
    }

    /** Returns packed 64-bit floating-point numbers; empty if there is no such field. */
    double[] numbers(int number) {
        byte[] packed = content(number);
        double[] values = new double[packed.length / Double.BYTES];
        ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }

    /** Returns a message field or another field of bytes; empty if there is none. */
    byte[] content(int number) {
        return first(number).map(Field::content).orElse(new byte[0]);
    }

    /** Returns a text field. */
    String text(int number) {
        return new String(content(number), StandardCharsets.UTF_8);
    }
}
