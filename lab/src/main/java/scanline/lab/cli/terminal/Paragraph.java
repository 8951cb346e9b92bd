package scanline.lab.cli.terminal;

import scanline.engine.file.Excerpt;

/** Text that is broken into lines at spaces. */
public final class Paragraph {
    private static final int WIDTH = 100;

    private Paragraph() {}

    /**
     * Breaks a text into lines of at most 100 columns; a longer word gets a line of its own.
     *
     * @param title what the first line starts with; the other lines are indented by its length
     */
    public static String wrapped(String title, String text) {
        StringBuilder lines = new StringBuilder(title);
        int column = title.length();
        for (String word : Excerpt.line(text).split(" ")) {
            if (column > title.length() && column + 1 + word.length() > WIDTH) {
                lines.append('\n').append(" ".repeat(title.length()));
                column = title.length();
            }
            lines.append(column > title.length() ? " " : "").append(word);
            column += (column > title.length() ? 1 : 0) + word.length();
        }
        return lines.append('\n').toString();
    }
}
