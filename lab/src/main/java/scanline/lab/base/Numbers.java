package scanline.lab.base;

import java.util.Locale;

/** Formats numbers for pages and tables. */
public final class Numbers {
    private Numbers() {}

    /** Formats a whole number with commas between thousands. */
    public static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Formats a fraction as a percentage with two decimals and the percent sign. */
    public static String percent(double fraction) {
        return twoDecimals(100 * fraction) + " %";
    }

    /** Formats a number with two decimals. */
    public static String twoDecimals(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** Formats a loss, or a fraction that is not shown in percent, with four decimals. */
    public static String fourDecimals(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
