package scanline.lab.report;

import java.util.List;
import java.util.stream.Collectors;

import scanline.engine.file.Excerpt;
import scanline.lab.record.RunRecord;

/** A comparison as text for a terminal. */
public final class ComparisonText {
    private ComparisonText() {}

    /** Returns the tables and the notes of a comparison. */
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
        text.append(wrapped("Common settings: " + comparison.same().entrySet().stream()
                .map(key -> key.getKey() + "=" + key.getValue()).collect(Collectors.joining(", "))));
        comparison.notes().forEach(note -> text.append(wrapped(note)));
        return text.toString();
    }

    /** Wraps text at 100 columns and indents the lines after the first; a longer word has its own line. */
    private static String wrapped(String words) {
        return Excerpt.line(words).replaceAll("(^.{1,100}|.{1,98})( |$)", "$1\n  ").stripTrailing() + "\n";
    }
}
