package scanline.lab.format;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads and writes tables as comma-separated values (RFC 4180) without line breaks in cells. */
public final class Csv {
    private static final char QUOTE = '"';

    private Csv() {}

    /** Returns a line for each row; cells with a comma or a quotation mark are quoted. */
    public static String text(List<List<String>> rows) {
        return rows.stream().map(row -> row.stream().map(Csv::quoted).collect(Collectors.joining(",")) + "\n")
                .collect(Collectors.joining());
    }

    private static String quoted(String cell) {
        return cell.matches("[^\",\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    /** Returns the cells of each line; a line with misplaced quotation marks is one cell. */
    public static List<List<String>> rows(String text) {
        return text.lines().map(Csv::cells).toList();
    }

    // Not a regular expression: a file may have very long lines, for which the JDK's matcher recurses deeply.
    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        int at = 0;
        while (at <= line.length()) {
            boolean quoted = at < line.length() && line.charAt(at) == QUOTE;
            int end = quoted ? closing(line, at + 1) + 1 : comma(line, at);
            if ((quoted && end == 0) || (end < line.length() && line.charAt(end) != ',')) {
                return List.of(line);
            }
            String cell = quoted ? line.substring(at + 1, end - 1).replace("\"\"", "\"") : line.substring(at, end);
            if (!quoted && cell.indexOf(QUOTE) >= 0) {
                return List.of(line);
            }
            cells.add(cell);
            at = end + 1;
        }
        return cells;
    }

    /**
     * Returns the index of the closing quotation mark, searching from an index inside the quotation; -1 if there is
     * none.
     */
    private static int closing(String line, int from) {
        int quote = line.indexOf(QUOTE, from);
        while (quote >= 0 && quote + 1 < line.length() && line.charAt(quote + 1) == QUOTE) {
            quote = line.indexOf(QUOTE, quote + 2);
        }
        return quote;
    }

    private static int comma(String line, int from) {
        int comma = line.indexOf(',', from);
        return comma < 0 ? line.length() : comma;
    }
}
