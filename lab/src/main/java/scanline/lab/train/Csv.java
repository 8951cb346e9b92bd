package scanline.lab.train;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tables as comma-separated values (RFC 4180), whose cells hold no line breaks. */
public final class Csv {
    private static final Pattern CELL = Pattern.compile("\\G(?:\"((?:[^\"]|\"\")*)\"|([^,\"]*))(,|$)");

    private Csv() {}

    /** A line for each row; a cell with a comma or a quotation mark is quoted. */
    public static String text(List<List<String>> rows) {
        return rows.stream().map(row -> row.stream().map(Csv::quoted).collect(Collectors.joining(",")) + "\n")
                .collect(Collectors.joining());
    }

    private static String quoted(String cell) {
        return cell.matches("[^\",\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    /** The cells of each line; one that has quotation marks in wrong places is one cell. */
    public static List<List<String>> rows(String text) {
        return text.lines().map(Csv::cells).toList();
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        Matcher matcher = CELL.matcher(line);
        while (matcher.find()) {
            cells.add(matcher.group(1) != null ? matcher.group(1).replace("\"\"", "\"") : matcher.group(2));
            if (matcher.group(3).isEmpty()) {
                return cells;
            }
        }
        return List.of(line);
    }
}
