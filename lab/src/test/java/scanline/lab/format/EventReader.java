package scanline.lab.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads what {@link EventLog} writes as TensorBoard does: whole records, up to the first that is cut off or broken. */
public final class EventReader {
    private EventReader() {}

    /**
     * An event.
     *
     * @param kind version, start, scalar, histogram or image
     * @param tag what it is of; empty for the first two
     * @param value of a scalar, else 0
     * @param content the message of a histogram or an image
     */
    public record Event(String kind, String tag, long step, double seconds, float value, byte[] content) {}

    /**
     * A field of a message; a number that is not whole is given by its bits.
     *
     * @param content of a field with a length, else empty
     */
    record Field(int number, long value, byte[] content) {}

    /** The events of all files of a folder, in the order of their names, without those that a later session took back. */
    public static List<Event> folder(Path folder) throws IOException {
        List<Event> events = new ArrayList<>();
        for (Event event : all(folder)) {
            if (event.kind().equals("start")) {
                events.removeIf(earlier -> earlier.step() >= event.step());
            } else if (!event.kind().equals("version")) {
                events.add(event);
            }
        }
        return events;
    }

    /** All events of all files of a folder, in the order of their names. */
    public static List<Event> all(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().flatMap(file -> {
                try {
                    return events(Files.readAllBytes(file)).stream();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).toList();
        }
    }

    /** The events of a file. */
    public static List<Event> events(byte[] file) {
        return records(file).stream().map(EventReader::event).toList();
    }

    /** The PNG file of an image. */
    public static byte[] image(Event event) {
        return field(fields(event.content()), 4).content();
    }

    static List<byte[]> records(byte[] file) {
        List<byte[]> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() >= 12) {
            int at = in.position();
            long length = in.getLong();
            if (in.getInt() != masked(file, at, 8) || length + 4 > in.remaining()) {
                return records;
            }
            byte[] record = new byte[(int) length];
            in.get(record);
            if (in.getInt() != masked(record, 0, record.length)) {
                return records;
            }
            records.add(record);
        }
        return records;
    }

    /** As record_writer.h has it, not as the class under test. */
    private static int masked(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        long value = crc.getValue();
        return (int) (((value >>> 15) | (value << 17)) + 0xa282ead8L);
    }

    private static Event event(byte[] record) {
        List<Field> fields = fields(record);
        double seconds = Double.longBitsToDouble(field(fields, 1).value());
        long step = field(fields, 2).value();
        for (Field field : fields) {
            switch (field.number()) {
                case 3 -> {
                    return new Event("version", "", step, seconds, 0, field.content());
                }
                case 7 -> {
                    return new Event(field(fields(field.content()), 1).value() == 1 ? "start" : "other", "", step,
                            seconds, 0, field.content());
                }
                case 5 -> {
                    return summary(fields(field(fields(field.content()), 1).content()), step, seconds);
                }
                default -> {
                }
            }
        }
        throw new IllegalArgumentException("an event of nothing");
    }

    private static Event summary(List<Field> value, long step, double seconds) {
        String tag = new String(field(value, 1).content(), StandardCharsets.UTF_8);
        for (Field field : value) {
            switch (field.number()) {
                case 2 -> {
                    return new Event("scalar", tag, step, seconds, Float.intBitsToFloat((int) field.value()),
                            field.content());
                }
                case 4 -> {
                    return new Event("image", tag, step, seconds, 0, field.content());
                }
                case 5 -> {
                    return new Event("histogram", tag, step, seconds, 0, field.content());
                }
                default -> {
                }
            }
        }
        throw new IllegalArgumentException("a value of nothing");
    }

    static Field field(List<Field> fields, int number) {
        return fields.stream().filter(field -> field.number() == number).findFirst().orElseThrow();
    }

    static double number(List<Field> fields, int number) {
        return Double.longBitsToDouble(field(fields, number).value());
    }

    static double[] numbers(List<Field> fields, int number) {
        byte[] packed = field(fields, number).content();
        double[] values = new double[packed.length / Double.BYTES];
        ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }

    static List<Field> fields(byte[] message) {
        List<Field> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long key = varint(in);
            int number = (int) (key >>> 3);
            switch ((int) (key & 7)) {
                case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
                case 1 -> fields.add(new Field(number, in.getLong(), new byte[0]));
                case 5 -> fields.add(new Field(number, in.getInt(), new byte[0]));
                case 2 -> {
                    byte[] content = new byte[(int) varint(in)];
                    in.get(content);
                    fields.add(new Field(number, 0, content));
                }
                default -> throw new IllegalArgumentException("a field of kind " + (key & 7));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte part = in.get();
            value |= (long) (part & 0x7F) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }
}
