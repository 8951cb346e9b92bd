package scanline.lab.cli.terminal;

import java.io.PrintWriter;
import java.util.List;

/**
 * The last line of a terminal, which changes in place and takes one row however narrow the window is; without a
 * terminal it is not shown. The number of columns is that at the start. If the window has been made narrower since, the
 * terminal itself cuts the line, because wrapping is turned off while the line is written (DECAWM).
 */
public final class StatusLine {
    private static final String ERASE = "\r\033[K";
    private static final String WRAPPING_OFF = "\033[?7l";
    private static final String WRAPPING_ON = " \033[?7h"; // the rest is written over the last column
    private static final String BETWEEN = "  ";

    private final PrintWriter out;
    private final int columns;

    /** Creates the line of a terminal of that many columns; 0 if there is no terminal. */
    StatusLine(PrintWriter out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    /** Creates the line on standard error; the launcher passes the width of the terminal, if it is one. */
    public static StatusLine onTerminal(PrintWriter err) {
        return new StatusLine(err, Integer.getInteger("scanline.terminal", 0));
    }

    /** Returns whether the line is shown. */
    boolean isLive() {
        return columns > 0;
    }

    /** Shows as many of the first fields as fit. */
    public void show(List<String> fields) {
        if (isLive()) {
            out.print(ERASE + WRAPPING_OFF + fitting(fields, columns) + WRAPPING_ON);
            out.flush();
        }
    }

    /**
     * Returns the fields that fit, at least the start of the first. The last column stays free, because some terminals
     * wrap after it.
     */
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

    /** Prints a permanent line above the status line. */
    public void print(String line) {
        erase();
        out.println(line);
        out.flush();
    }

    /** Erases the line. */
    public void erase() {
        if (isLive()) {
            out.print(ERASE);
            out.flush();
        }
    }
}
