package scanline.lab.base;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The spread of a fraction over several runs.
 *
 * @param mean the mean
 * @param deviation the sample standard deviation (divided by n - 1); NaN for fewer than two runs
 */
public record Spread(double mean, double deviation) {
    /** Returns the spread of at least one fraction. */
    public static Spread of(DoubleStream fractions) {
        double[] values = fractions.toArray();
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new Spread(mean, values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1)));
    }

    /** Returns the values for JSON, which has no NaN: null instead. */
    public Map<String, @Nullable Double> values() {
        Map<String, @Nullable Double> values = new LinkedHashMap<>();
        values.put("mean", Double.isNaN(mean) ? null : (Double) mean);
        values.put("deviation", Double.isNaN(deviation) ? null : (Double) deviation);
        return values;
    }

    /** Returns the mean and deviation in percent. */
    @Override
    public String toString() {
        if (Double.isNaN(mean)) {
            return "-";
        }
        String text = Numbers.percent(mean);
        return Double.isNaN(deviation) ? text : text + String.format(Locale.ROOT, " ± %.2f", 100 * deviation);
    }
}
