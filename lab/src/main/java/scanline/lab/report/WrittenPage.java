package scanline.lab.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import scanline.data.base.TextFile;
import scanline.engine.io.FormatException;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.task.Measures;

/**
 * A Markdown page written by hand, with tables of results filled in from the records. Between
 * {@code <!-- results lstm-rows rnn-rows -->} and {@code <!-- end -->} is a table of all records of these recipes; between
 * {@code <!-- sequential mnist -->} and {@code <!-- end -->} a table of all runs that read this data set pixel by pixel.
 *
 * @param file the file of the page
 * @param results the folder of results
 * @param text the present text
 */
record WrittenPage(Path file, Path results, String text) {
    /** The folder of pages about the systems that the recipes reproduce. */
    static final String SYSTEMS = "systems";
    /** The folder of pages with other measurements, such as speeds. */
    static final String MEASURED = "measured";

    private static final int LONGEST_BYTES = 1 << 20;
    /** The page about runs that read images pixel by pixel. */
    static final String SEQUENTIAL = "sequential.md";

    private static final Pattern OPENING = Pattern.compile("<!-- (results|sequential) ");
    private static final Pattern TABLE = Pattern.compile(OPENING + "([^\\n]*) -->\\n(.*?)<!-- end -->", Pattern.DOTALL);
    /** The measures that a short table has, one of each task. */
    private static final List<String> MAIN_MEASURES = List.of("digitAccuracy", "overallF1");

    /** Reads every page of a folder of results and its subfolders, except the one that is generated. */
    static List<WrittenPage> in(Path results) throws IOException {
        List<WrittenPage> pages = new ArrayList<>();
        Path sequential = results.resolve(SEQUENTIAL);
        if (Files.exists(sequential)) {
            pages.add(new WrittenPage(sequential, results, TextFile.read(sequential, LONGEST_BYTES)));
        }
        for (Path folder : List.of(results.resolve(SYSTEMS), results.resolve(MEASURED))) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".md")).sorted().toList()) {
                    pages.add(new WrittenPage(file, results, TextFile.read(file, LONGEST_BYTES)));
                }
            }
        }
        return pages;
    }

    /** The name of the page's folder. */
    String folder() {
        return path().replaceFirst("/[^/]*$", "");
    }

    /** The path of the page, relative to the folder of results. */
    String path() {
        return results.relativize(file).toString().replace('\\', '/');
    }

    /** The first heading. */
    String title() {
        return text.lines().filter(line -> line.startsWith("# ")).findFirst().map(line -> line.substring(2))
                .orElse(path());
    }

    /**
     * Returns the page with its tables filled in.
     *
     * @throws FormatException if a table has no end or asks for a recipe without a record
     */
    String filled(List<RunRecord> records) throws FormatException {
        Matcher matcher = TABLE.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String kind = matcher.group(1);
            String words = matcher.group(2);
            if (OPENING.matcher(matcher.group(3)).find()) {
                throw new FormatException(file, "has no <!-- end --> after the table " + words);
            }
            matcher.appendReplacement(filled, Matcher.quoteReplacement("<!-- " + kind + " " + words + " -->\n"
                    + (kind.equals("results") ? table(words, records) : SequentialTable.of(file, words, records))
                    + "<!-- end -->"));
        }
        int end = filled.length();
        matcher.appendTail(filled);
        if (OPENING.matcher(filled).find(end)) {
            throw new FormatException(file, "has no <!-- end --> after its last table");
        }
        return filled.toString();
    }

    private String table(String words, List<RunRecord> records) throws FormatException {
        List<ResultsRow> rows = new ArrayList<>();
        for (String recipe : words.strip().split(" +")) {
            List<ResultsRow> some = ResultsRow.of(records).stream()
                    .filter(row -> row.first().command().name().equals(recipe))
                    .sorted(Comparator.comparing(row -> row.first().key("data"), ResultsTable.BY_DATA)).toList();
            if (some.isEmpty()) {
                throw new FormatException(file, "asks for results of " + recipe + ", but no record of it exists");
            }
            rows.addAll(some);
        }
        boolean measured = rows.stream().anyMatch(row -> !measure(row).isEmpty());
        StringBuilder table = new StringBuilder(
                line(measured, "recipe", "data", "published", "test accuracy", "least to most", "test loss", "epochs",
                        "seeds, each with its record", "other measure"));
        table.append(line(measured, "---", "---", "---", "---", "---", "--:", "--:", "---", "---").replace(" ", ""));
        rows.forEach(row -> table.append(line(measured, row.recipe(), ResultsTable.title(row.first().key("data")),
                row.published().text(), row.accuracy(), row.leastToMost(), row.loss(),
                Integer.toString(row.first().epochs().size()), links(row), measure(row))));
        return table.toString();
    }

    private static String line(boolean measured, String... cells) {
        return ResultsTable.line(measured ? cells : Arrays.copyOf(cells, cells.length - 1));
    }

    private String links(ResultsRow row) {
        Path from = Objects.requireNonNull(file.toAbsolutePath().getParent());
        return row.runs().stream().map(run -> "[" + run.seed() + "]("
                + ResultsTable.link(from
                        .relativize(results.toAbsolutePath().resolve(Results.RECORDS).resolve(run.name())).toString()
                        .replace('\\', '/'))
                + ")").collect(Collectors.joining(", "));
    }

    private static String measure(ResultsRow row) {
        for (Outcome outcome : row.outcomes()) {
            for (Map.Entry<String, Double> measure : outcome.measures().entrySet()) {
                if (MAIN_MEASURES.contains(measure.getKey())) {
                    return Measures.text(measure.getKey(),
                            row.mean(each -> each.measures().getOrDefault(measure.getKey(), Double.NaN)));
                }
            }
        }
        return "";
    }
}
