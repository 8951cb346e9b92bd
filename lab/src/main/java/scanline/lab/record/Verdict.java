package scanline.lab.record;

/**
 * The verdict on something that was made again and compared with its record.
 *
 * @param name the name of the record or the recipe
 * @param agrees whether it is bit-identical to the record
 * @param what the outcome, or why it does not agree
 */
public record Verdict(String name, boolean agrees, String what) {
    static Verdict of(String name, String what, String difference) {
        return difference.isEmpty()
                ? new Verdict(name, true, "agrees: " + what)
                : new Verdict(name, false, "DIFFERS: " + difference);
    }
}
