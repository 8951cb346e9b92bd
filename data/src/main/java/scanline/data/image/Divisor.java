package scanline.data.image;

import scanline.data.base.DataException;

/** Checks that a value divides a number evenly. */
public final class Divisor {
    private Divisor() {}

    /**
     * Returns the value if it divides n.
     *
     * @param key the recipe key of the value, for the message
     * @param value the value, at least 1
     * @param n the number to divide
     * @param what what n counts, for the message
     * @throws DataException if it does not; the message names the nearest values on either side that do
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
