package scanline.lab.image;

import scanline.lab.base.DataException;

/** Refuses what does not divide evenly. */
public final class Divisor {
    private Divisor() {}

    /**
     * The value, if it divides n.
     *
     * @param key what the value belongs to
     * @param value at least 1
     * @param what what n counts
     * @throws DataException if it does not; it names the nearest values on either side that do
     */
    public static int require(String key, int value, int n, String what) {
        if (n % value == 0) {
            return value;
        }
        int below = Math.min(value, n);
        while (n % below != 0) {
            below--;
        }
        int above = value;
        while (above < n && n % above != 0) {
            above++;
        }
        throw new DataException(key + " is " + value + ", but must divide " + what + "; the nearest that "
                + (above > n ? "does is " + below : "do are " + below + " and " + above));
    }
}
