package scanline.lab.serve;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts values by upper bounds, as a histogram of Prometheus does. */
final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts; // of the values up to each bound and above the one before; the last of all others
    private final DoubleAdder sum = new DoubleAdder();

    /** Creates a histogram with these upper bounds, ascending. */
    Histogram(double... bounds) {
        this.bounds = bounds.clone();
        counts = Stream.generate(LongAdder::new).limit(bounds.length + 1L).toArray(LongAdder[]::new);
    }

    void add(double value) {
        int at = Arrays.binarySearch(bounds, value);
        counts[at < 0 ? -at - 1 : at].increment();
        sum.add(value);
    }

    /**
     * Writes its series.
     *
     * @param labels the labels of each; may be empty
     */
    void writeTo(StringBuilder text, String name, String labels) {
        String before = labels.isEmpty() ? "" : labels + ",";
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i].sum();
            text.append(name).append("_bucket{").append(before).append("le=\"")
                    .append(i < bounds.length ? number(bounds[i]) : "+Inf").append("\"} ").append(count).append('\n');
        }
        String all = labels.isEmpty() ? "" : "{" + labels + "}";
        text.append(name).append("_sum").append(all).append(' ').append(sum.sum()).append('\n');
        text.append(name).append("_count").append(all).append(' ').append(count).append('\n');
    }

    private static String number(double value) {
        return value == (long) value ? Long.toString((long) value) : Double.toString(value);
    }
}
