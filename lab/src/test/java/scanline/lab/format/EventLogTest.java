package scanline.lab.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.format.EventReader.Event;
import scanline.lab.format.EventReader.Kind;
import scanline.lab.format.Fields.Field;

class EventLogTest {
    private static byte[] written(EventLog log) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        log.writeTo(out);
        return out.toByteArray();
    }

    private static EventLog of(float... values) {
        EventLog log = new EventLog();
        log.histogram("weights/w", 5, values);
        return log;
    }

    private static List<Event> events(byte[] file) throws IOException {
        List<Event> events = new ArrayList<>();
        EventReader.read(new ByteArrayInputStream(file), events::add);
        return events;
    }

    private static List<byte[]> records(byte[] file) throws IOException {
        List<byte[]> records = new ArrayList<>();
        ByteArrayInputStream in = new ByteArrayInputStream(file);
        for (byte[] record = EventReader.record(in); record != null; record = EventReader.record(in)) {
            records.add(record);
        }
        return records;
    }

    /** An event file of TensorFlow begins with these: the length of its first record, 24, and its sum. */
    @Test
    void lengthChecksumsMatchTensorFlow() {
        byte[] length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(24).array();
        assertThat(EventLog.masked(length, 0, 8)).isEqualTo(0x224b7fa3);
        byte[] digits = "x123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(EventLog.masked(digits, 1, 9))
                .isEqualTo(((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8);
    }

    @Test
    void aFileStartsWithItsVersionAndKeepsTheOrderOfItsEvents() throws IOException {
        EventLog log = new EventLog();
        log.begin(7);
        log.scalar("loss/train", 1L << 40, 0.1);
        List<Event> events = events(written(log));
        assertThat(events).extracting(Event::kind).containsExactly(Kind.VERSION, Kind.START, Kind.SCALAR);
        assertThat(events.getFirst().content()).asString().isEqualTo("brain.Event:2");
        assertThat(events.get(1).step()).isEqualTo(7);
        assertThat(events.get(2).tag()).isEqualTo("loss/train");
        assertThat(events.get(2).step()).isEqualTo(1L << 40);
        assertThat(events.get(2).value()).isEqualTo(0.1f);
        assertThat(events.get(2).seconds()).isCloseTo(System.currentTimeMillis() / 1e3, within(600.0));
    }

    @Test
    void writtenEventsAreReleased() throws IOException {
        EventLog log = new EventLog();
        log.scalar("a", 1, 1);
        written(log);
        log.scalar("b", 2, 2);
        assertThat(events(written(log))).extracting(Event::tag).containsExactly("b");
        assertThat(written(log)).isEmpty();
    }

    @Test
    void aTruncatedOrDamagedTailLeavesTheRecordsBeforeIt() throws IOException {
        EventLog log = new EventLog();
        log.scalar("a", 1, 1);
        int whole = written(log).length;
        EventLog again = new EventLog();
        again.scalar("a", 1, 1);
        again.scalar("b", 2, 2);
        byte[] file = written(again);
        for (int length = whole; length < file.length; length++) {
            assertThat(records(Arrays.copyOf(file, length))).hasSize(2);
        }
        for (int at = whole; at < file.length; at++) {
            byte[] changed = file.clone();
            changed[at] ^= 1;
            assertThat(records(changed)).hasSize(2);
        }
        assertThat(records(file)).hasSize(3);
    }

    @Test
    void aPictureIsReadBack() throws IOException {
        byte[] pixels = new byte[300 * 7];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * i / 3);
        }
        EventLog log = new EventLog();
        log.image("examples/1", 0, pixels, 300, 7);
        Event event = events(written(log)).getLast();
        assertThat(Fields.of(event.content()).all()).extracting(Field::value).containsExactly(300L, 7L, 1L, 0L);
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(event.png()));
        assertThat(read.getHeight()).isEqualTo(300);
        assertThat(read.getWidth()).isEqualTo(7);
        assertThat(read.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
        assertThat(read.getRaster().getPixels(0, 0, 7, 300, (int[]) null))
                .isEqualTo(IntStream.range(0, pixels.length).map(i -> pixels[i] & 0xFF).toArray());
    }

    @Test
    void aHistogramIsReadBack() throws IOException {
        EventLog log = new EventLog();
        log.histogram("weights/w", 5, new float[] {0, 1, 1, -1, 0.5f});
        Fields histogram = Fields.of(events(written(log)).getLast().content());
        assertThat(IntStream.of(1, 2, 3, 4, 5).mapToDouble(histogram::number))
                .containsExactly(-1.0, 1.0, 5.0, 1.5, 3.25);
        assertThat(histogram.numbers(7)).containsExactly(0, 1, 0, 1, 0, 1, 0, 2, 0);
        assertThat(events(written(of(0, 1, 1, -1, 0.5f))).getLast().histogram())
                .usingRecursiveComparison().isEqualTo(Histogram.of(new float[] {0, 1, 1, -1, 0.5f}));
    }

    /** Computed by TensorFlow's algorithm, written down in Python. */
    @Test
    void bucketsMatchTensorFlow() {
        Histogram histogram = Histogram.of(new float[] {0, 1, 1, -1, 0.5f});
        assertThat(histogram.limits()).containsExactly(-1.0089710279437536, -0.917246389039776, 0.0, 1e-12,
                0.47069243095356195, 0.5177616740489182, 0.917246389039776, 1.0089710279437536, Double.MAX_VALUE);
        assertThat(histogram.buckets()).containsExactly(0, 1, 0, 1, 0, 1, 0, 2, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, 776", "-0.0, 776", "1, 1066", "-1, 485", "0.5, 1059", "1e-13, 776", "-1e-13, 775", "1e-12, 777",
            "-1e-12, 775", "3.4e38, 1550", "-3.4e38, 1"})
    void aBoundaryBelongsToTheBucketAboveIt(double value, int bucket) {
        assertThat(Histogram.bucket(value)).isEqualTo(bucket);
    }

    @Test
    void nonFiniteNumbersAreInNoBucket() {
        Histogram some = Histogram.of(new float[] {Float.NaN, 2, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY});
        assertThat(some.count()).isEqualTo(1);
        assertThat(DoubleStream.of(some.buckets()).sum()).isEqualTo(1);
        assertThat(some.max()).isEqualTo(2);
        Histogram none = Histogram.of(new float[] {Float.NaN});
        assertThat(none.count()).isZero();
        assertThat(none.limits()).hasSameSizeAs(none.buckets()).isNotEmpty();
    }
}
