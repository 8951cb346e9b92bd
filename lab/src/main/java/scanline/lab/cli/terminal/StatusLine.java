package scanline.lab.cli.terminal;

import java.io.PrintWriter;
import java.util.List;

/**
 * The last line of a terminal, which changes in place and takes one row however narrow the window is; without a terminal
 * nothing is shown of it. The terminal's columns are those at the start. In a window that was made narrower since, the terminal
 * cuts the line itself, as it does not wrap while that is written (DECAWM).
 */
public final class StatusLine {
    private static final String ERASE = "\r\033[K";
    private static final String WRAPPING_OFF = "\033[?7l";
    private static final String WRAPPING_ON = " \033[?7h"; // what does not fit is written over the last column
    private static final String BETWEEN = "  ";

    private final PrintWriter out;
    private final int columns;

    /** A line of a terminal of so many columns; 0 where there is none. */
    StatusLine(PrintWriter out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    /** On standard error, of which the launcher says whether and how wide a terminal it is. */
    public static StatusLine onTerminal(PrintWriter err) {
        return new StatusLine(err, Integer.getInteger("scanline.terminal", 0));
    }

    /** Whether anything is shown. */
    boolean isLive() {
        return columns > 0;
    }

    /** Shows as many of the first fields as there is room for. */
    public void show(List<String> fields) {
        if (isLive()) {
            out.print(ERASE + WRAPPING_OFF + fitting(fields, columns) + WRAPPING_ON);
            out.flush();
        }
    }

    /** The fields that fit, of the first the beginning at least. The last column stays free: some terminals wrap behind it. */
    static String fitting(List<String> fields, int columns) {
        String line = fields.getFirst();
        for (String field : fields.subList(1, fields.size())) {
            if (line.length() + BETWEEN.length() + field.length() >= columns) {
                break;
            }
            line += BETWEEN + field;
        }
        return line.substring(0, Math.min(line.length(), Math.max(columns - 1, 0)));
    }

    /** Writes a line that stays, above. */
    public void print(String line) {
        erase();
        out.println(line);
        out.flush();
    }

    /** Takes the changing line away. */
    public void erase() {
        if (isLive()) {
            out.print(ERASE);
            out.flush();
        }
    }
}
