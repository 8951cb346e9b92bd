package scanline.lab.report;

import java.util.List;
import java.util.stream.Collectors;

import scanline.engine.io.Excerpt;
import scanline.lab.record.RunRecord;

/** A comparison for a terminal. */
public final class ComparisonText {
    private static final int LINE = 100;

    private ComparisonText() {}

    /** The tables and notes of a comparison; notes are wrapped at {@value #LINE} columns. */
    public static String of(Comparison comparison) {
        Table names = Table.ofWords("", "run", "command");
        List<RunRecord> runs = comparison.runs();
        for (int i = 0; i < runs.size(); i++) {
            names.row(Integer.toString(i + 1), runs.get(i).name(), runs.get(i).command().text());
        }
        StringBuilder text = new StringBuilder(names.text()).append('\n');
        Table differences = comparison.differences();
        if (!differences.rows().isEmpty()) {
            text.append(differences.text()).append('\n');
        }
        text.append(comparison.outcomes().text()).append('\n');
        text.append(wrapped("The same: " + comparison.same().entrySet().stream()
                .map(key -> key.getKey() + "=" + key.getValue()).collect(Collectors.joining(", "))));
        comparison.notes().forEach(note -> text.append(wrapped(note)));
        return text.toString();
    }

    private static String wrapped(String words) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String word : Excerpt.line(words).split(" ")) {
            if (column > 0 && column + 1 + word.length() > LINE) {
                text.append("\n  ").append(word);
                column = 2 + word.length();
            } else {
                text.append(column > 0 ? " " : "").append(word);
                column += word.length() + (column > 0 ? 1 : 0);
            }
        }
        return text.append('\n').toString();
    }
}
