package scanline.lab.format;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields of a message that {@link Protobuf} writes, in their order.
 *
 * @param all of them
 */
record Fields(List<Field> all) {
    private static final int LONGEST_VARINT = 63;

    /**
     * A field; a number that is not whole is given by its bits.
     *
     * @param content of a field with a length, else empty
     */
    record Field(int number, long value, byte[] content) {}

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Fields of(byte[] message) {
        List<Field> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (in.hasRemaining()) {
                fields.add(field(in));
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a message that is cut off", e);
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
            default -> throw new IllegalArgumentException("a field of kind " + (key & 7));
        };
    }

    private static byte[] content(ByteBuffer in) {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a field of " + length + " bytes in " + in.remaining());
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
        throw new IllegalArgumentException("a number that does not end");
    }

    /** The first field of a number. */
    Optional<Field> first(int number) {
        return all.stream().filter(field -> field.number == number).findFirst();
    }

    /** A whole number; 0 where there is none, as the format has it. */
    long whole(int number) {
        return first(number).map(Field::value).orElse(0L);
    }

    /** A number of 64 bits; 0 where there is none. */
    double number(int number) {
        return Double.longBitsToDouble(whole(number));
    }

    /** Numbers of 64 bits; none where there is no such field. */
    double[] numbers(int number) {
        byte[] packed = content(number);
        double[] values = new double[packed.length / Double.BYTES];
        ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }

    /** A message, or other bytes; empty where there is none. */
    byte[] content(int number) {
        return first(number).map(Field::content).orElse(new byte[0]);
    }

    /** A text. */
    String text(int number) {
        return new String(content(number), StandardCharsets.UTF_8);
    }
}
