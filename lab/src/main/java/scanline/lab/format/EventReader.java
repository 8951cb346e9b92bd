package scanline.lab.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import scanline.lab.format.Fields.Field;

/**
 * Reads the files that {@link EventLog} writes in the same way as TensorBoard: complete records, up to the first one
 * that is truncated, damaged or longer than any record that EventLog writes.
 */
public final class EventReader {
    private static final int LONGEST_RECORD_BYTES = 1 << 22;
    private static final int LENGTH_BYTES = 12; // including its checksum

    private EventReader() {}

    /** The kinds of events. */
    public enum Kind {
        /** The first event of a file. */
        VERSION,
        /** The start of a session, which discards the events of earlier files for this step and later ones. */
        START,
        /** A number. */
        SCALAR,
        /** A distribution. */
        HISTOGRAM,
        /** An image. */
        IMAGE,
        /** An event that {@link EventLog} does not write. */
        OTHER
    }

    /**
     * An event.
     *
     * @param kind the kind of the event
     * @param tag the name of the value; empty for events without a value
     * @param step the number of training steps taken
     * @param seconds the time in seconds since 1970
     * @param value the number of a scalar; otherwise 0
     * @param content the version, or the message of a histogram or an image
     */
    public record Event(Kind kind, String tag, long step, double seconds, float value, byte[] content) {
        /** Returns the content of a histogram. */
        public Histogram histogram() {
            Fields fields = Fields.of(content);
            return new Histogram(fields.number(1), fields.number(2), (long) fields.number(3), fields.number(4),
                    fields.number(5), fields.numbers(6), fields.numbers(7));
        }

        /** Returns the PNG file of an image. */
        public byte[] png() {
            return Fields.of(content).content(4);
        }
    }

    /** Reads the events of a file, which may still grow. */
    public static void read(Path file, Consumer<Event> to) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            read(in, to);
        }
    }

    /** Reads the events of a stream. */
    public static void read(InputStream in, Consumer<Event> to) throws IOException {
        for (byte[] record = record(in); record != null; record = record(in)) {
            Event event;
            try {
                event = event(record);
            } catch (IllegalArgumentException _) {
                return;
            }
            to.accept(event);
        }
    }

    /** Returns the next record, or null if there is no complete one. */
    static byte @Nullable [] record(InputStream in) throws IOException {
        byte[] head = in.readNBytes(LENGTH_BYTES);
        if (head.length < LENGTH_BYTES) {
            return null;
        }
        ByteBuffer length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        long bytes = length.getLong();
        if (length.getInt() != EventLog.masked(head, 0, Long.BYTES) || bytes < 0 || bytes > LONGEST_RECORD_BYTES) {
            return null;
        }
        byte[] record = in.readNBytes((int) bytes);
        byte[] sum = in.readNBytes(Integer.BYTES);
        boolean whole = record.length == bytes && sum.length == Integer.BYTES && ByteBuffer.wrap(sum)
                .order(ByteOrder.LITTLE_ENDIAN).getInt() == EventLog.masked(record, 0, record.length);
        return whole ? record : null;
    }

    private static Event event(byte[] record) {
        Fields fields = Fields.of(record);
        double seconds = fields.number(1);
        long step = fields.whole(2);
        for (Field field : fields.all()) {
            switch (field.number()) {
                case 3 -> {
                    return new Event(Kind.VERSION, "", step, seconds, 0, field.content());
                }
                case 7 -> {
                    boolean starts = Fields.of(field.content()).whole(1) == EventLog.START;
                    return new Event(starts ? Kind.START : Kind.OTHER, "", step, seconds, 0, new byte[0]);
                }
                case 5 -> {
                    return summary(Fields.of(Fields.of(field.content()).content(1)), step, seconds);
                }
                default -> {
                    // the time, the step, or a field that EventLog does not write
                }
            }
        }
        return new Event(Kind.OTHER, "", step, seconds, 0, new byte[0]);
    }

    private static Event summary(Fields value, long step, double seconds) {
        String tag = value.text(1);
        for (Field field : value.all()) {
            switch (field.number()) {
                case 2 -> {
                    return new Event(Kind.SCALAR, tag, step, seconds, Float.intBitsToFloat((int) field.value()),
                            new byte[0]);
                }
                case 4 -> {
                    return new Event(Kind.IMAGE, tag, step, seconds, 0, field.content());
                }
                case 5 -> {
                    return new Event(Kind.HISTOGRAM, tag, step, seconds, 0, field.content());
                }
                default -> {
                    // the tag, or a field that EventLog does not write
                }
            }
        }
        return new Event(Kind.OTHER, tag, step, seconds, 0, new byte[0]);
    }
}
