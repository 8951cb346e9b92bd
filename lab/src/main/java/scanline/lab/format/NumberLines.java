package scanline.lab.format;

import java.io.IOException;
import java.io.Reader;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import scanline.engine.file.Excerpt;
import scanline.lab.base.RunException;

/** Reads lines of numbers that are separated by commas, one line at a time, while more may still be written. */
public final class NumberLines implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 20;
    private static final Pattern NUMBER = Pattern.compile("[-+.0-9eE]{1,40}"); // not NaN, 1f or 0x1p3

    private final String name;
    private final Reader in;
    private int line;

    /**
     * Starts before the first line.
     *
     * @param name where the lines come from, for messages
     */
    public NumberLines(String name, Reader in) {
        this.name = name;
        this.in = in;
    }

    /**
     * Returns the numbers of the next line, none for an empty line; null at the end.
     *
     * @throws RunException if something else is in the line, or it is longer than a megabyte
     */
    public float @Nullable [] next() throws IOException {
        line++;
        StringBuilder text = new StringBuilder();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (text.length() == LONGEST_LINE) {
                throw new RunException(place() + "the line is longer than " + LONGEST_LINE + " characters");
            }
            text.append((char) c);
        }
        String stripped = text.toString().strip();
        if (stripped.isEmpty()) {
            return new float[0];
        }
        String[] words = stripped.split(",", -1);
        float[] numbers = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = number(words[i].strip());
        }
        return numbers;
    }

    private float number(String word) {
        try {
            if (NUMBER.matcher(word).matches()) {
                return Float.parseFloat(word);
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw new RunException(place() + Excerpt.quoted(word) + " is not a number; a line holds numbers, separated by"
                + " commas");
    }

    /** Returns where the last line is, for messages. */
    public String place() {
        return name + ", line " + line + ": ";
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
