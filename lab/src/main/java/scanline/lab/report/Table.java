package scanline.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import scanline.engine.file.Excerpt;

/** A table of plain text for a terminal or a page; the first cell of a row is its name. */
public final class Table {
    /** The mark of a missing figure. */
    static final String NONE = "-";

    private final List<String> columns;
    private final boolean figures;
    private final List<List<String>> rows = new ArrayList<>();

    private Table(boolean figures, String... columns) {
        this.figures = figures;
        this.columns = List.of(columns);
    }

    /** Creates an empty table whose columns, except the first, contain right-aligned figures. */
    public static Table ofFigures(String... columns) {
        return new Table(true, columns);
    }

    /** Creates an empty table of words. */
    public static Table ofWords(String... columns) {
        return new Table(false, columns);
    }

    /** Adds a row. */
    public void row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(Arrays.toString(cells) + " below " + columns);
        }
        rows.add(List.of(cells));
    }

    /** The names of the columns. */
    List<String> columns() {
        return columns;
    }

    /** The rows, each with one cell per column. */
    List<List<String>> rows() {
        return rows;
    }

    /** Returns whether the columns contain figures. */
    boolean isOfFigures() {
        return figures;
    }

    /** Returns the table for a terminal, with columns as wide as their cells; control characters are escaped. */
    public String text() {
        List<List<String>> lines = Stream.concat(Stream.of(columns), rows.stream())
                .map(line -> line.stream().map(cell -> Excerpt.line(cell)).toList()).toList();
        int[] widths = IntStream.range(0, columns.size())
                .map(c -> lines.stream().mapToInt(line -> line.get(c).length()).max().orElse(0)).toArray();
        return lines.stream().map(line -> IntStream.range(0, widths.length)
                .mapToObj(c -> {
                    String space = " ".repeat(widths[c] - line.get(c).length());
                    return c > 0 && figures ? space + line.get(c) : line.get(c) + space;
                }).collect(Collectors.joining("  ")).stripTrailing() + "\n").collect(Collectors.joining());
    }
}
