package scanline.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import scanline.engine.io.Excerpt;

/** A table for a terminal or a page, of plain text; what stands first in a row names it. */
public final class Table {
    /** Stands for a figure that there is not. */
    static final String NONE = "-";

    private final List<String> columns;
    private final boolean figures;
    private final List<List<String>> rows = new ArrayList<>();

    private Table(boolean figures, String... columns) {
        this.figures = figures;
        this.columns = List.of(columns);
    }

    /** An empty table whose columns but the first hold figures, which stand below each other at the right. */
    public static Table ofFigures(String... columns) {
        return new Table(true, columns);
    }

    /** An empty table of words. */
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

    /** What the columns hold. */
    List<String> columns() {
        return columns;
    }

    /** The rows, each of as many cells as there are columns. */
    List<List<String>> rows() {
        return rows;
    }

    /** Whether the columns hold figures. */
    boolean isOfFigures() {
        return figures;
    }

    /** The table for a terminal, each column as wide as it must be; what would break a line or change how it is shown is escaped. */
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
