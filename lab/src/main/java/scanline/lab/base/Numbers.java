package scanline.lab.base;

import java.util.Locale;

/** Numbers as pages and tables show them. */
public final class Numbers {
    private Numbers() {}

    /** With a comma between thousands. */
    public static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A fraction in percent, with two decimals and the sign. */
    public static String percent(double fraction) {
        return twoDecimals(100 * fraction) + " %";
    }

    /** With two decimals. */
    public static String twoDecimals(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** A loss, or a fraction that is not given in percent. */
    public static String fourDecimals(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
