package scanline.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.lab.base.Json;
import scanline.lab.base.Numbers;
import scanline.lab.docs.Markdown;
import scanline.lab.docs.Repository;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.Records;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.run.Run;

/** Every figure that a page shows stems from a record: a percentage from a run, a speed from the page of speeds. */
class FiguresTest {
    private static final Path ROOT = Repository.folder();
    private static final Path RESULTS = ROOT.resolve("results");
    /** It has figures of experiments that nobody recorded. */
    private static final Path LOG = ROOT.resolve("docs/log.md");
    private static final Pattern PERCENTAGE = Pattern.compile("(?<![\\d.,])(\\d+\\.\\d\\d)(?: to (\\d+\\.\\d\\d))? %");
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9-]+");

    private static final List<String> DATA_SETS = List.of("MNIST", "Fashion-MNIST");

    private static List<RunRecord> records = List.of();
    private static List<ResultsRow> results = List.of();

    @BeforeAll
    static void readTheRecords() throws IOException {
        records = Records.all(RESULTS.resolve(Results.RECORDS));
        results = ResultsRow.of(records);
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(
                List.of(ROOT.resolve("README.md"), RESULTS.resolve(WrittenPage.SEQUENTIAL)));
        for (Path folder : List.of(RESULTS.resolve(WrittenPage.SYSTEMS), ROOT.resolve("docs"),
                ROOT.resolve("docs/learn"))) {
            try (Stream<Path> files = Files.list(folder)) {
                pages.addAll(files.filter(file -> file.toString().endsWith(".md") && !file.equals(LOG)).sorted()
                        .toList());
            }
        }
        return pages;
    }

    private static String digits(double fraction) {
        return Numbers.twoDecimals(100 * fraction);
    }

    /**
     * What the runs of the recipes that a page names came to, and what their sources published, in percent.
     *
     * @param epochs whether what they were at after each epoch counts as well
     */
    private static Set<String> known(Set<String> named, boolean epochs) {
        Set<String> figures = new HashSet<>();
        for (ResultsRow row : results) {
            if (!named.contains(row.first().command().name())) {
                continue;
            }
            PublishedFigure published = row.published();
            PERCENTAGE.matcher(published.text()).results().forEach(match -> figures.add(match.group(1)));
            add(figures, row.outcomes(), Outcome::accuracy);
            row.outcomes().stream().flatMap(outcome -> outcome.measures().keySet().stream()).distinct()
                    .forEach(name -> add(figures, row.outcomes(),
                            outcome -> outcome.measures().getOrDefault(name, Double.NaN)));
            if (published.isPrintedWrongly()) {
                add(figures, row.outcomes(), outcome -> (double) outcome.correct() / row.first().published().divisor());
            }
            if (row.isSeveral()) {
                figures.add(Numbers.twoDecimals(100 * row.spread().deviation()));
            }
            for (RunRecord run : epochs ? row.runs() : List.<RunRecord>of()) {
                for (Run.Epoch epoch : run.epochs()) {
                    figures.add(digits(epoch.trainAccuracy()));
                    figures.add(digits(epoch.validationAccuracy()));
                }
            }
        }
        return figures;
    }

    private static void add(Set<String> figures, List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
        outcomes.forEach(outcome -> figures.add(digits(figure.applyAsDouble(outcome))));
        outcomes.stream().mapToDouble(figure).average().ifPresent(mean -> figures.add(digits(mean)));
    }

    /** What {@code evaluate --json} has said of runs of these recipes with other widths of the beam, run by run and as means. */
    private static Set<String> evaluations(Set<String> named) throws IOException {
        Path folder = RESULTS.resolve(WrittenPage.SYSTEMS).resolve("i-cnn-rnn");
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        Map<String, List<Double>> values = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String[] name = file.getFileName().toString().split("-seed\\d+|\\.json"); // such as cnn-rnn-seed1-beam3.json
                if (named.contains(name[0])) {
                    collect(values, name[0] + name[1], Json.read(file));
                }
            }
        }
        Set<String> figures = new HashSet<>();
        values.values().forEach(all -> {
            all.forEach(value -> figures.add(digits(value)));
            figures.add(digits(all.stream().mapToDouble(Double::doubleValue).average().orElseThrow()));
        });
        return figures;
    }

    private static void collect(Map<String, List<Double>> values, String key, Map<?, ?> json) {
        json.forEach((name, value) -> {
            if (value instanceof Map<?, ?> below) {
                collect(values, key + " " + name, below);
            } else if (value instanceof Number number) {
                values.computeIfAbsent(key + " " + name, _ -> new ArrayList<>()).add(number.doubleValue());
            }
        });
    }

    /** The percentages of a page that no record has, but for those in filled tables, which {@link ResultsTest} holds to the byte. */
    private static List<String> unknown(Markdown page) throws IOException {
        Set<String> named = new HashSet<>();
        WORD.matcher(String.join("\n", page.lines())).results().forEach(word -> named.add(word.group()));
        Set<String> known = known(named, false);
        known.addAll(evaluations(named));
        String prose = String.join("\n", page.prose()).replaceAll("(?s)<!-- results .*?<!-- end -->", "");
        List<String> unknown = new ArrayList<>(unknown(prose, known));
        // What a command printed has a line an epoch.
        String printed = page.blocks().stream().filter(block -> block.language().isEmpty()).map(Markdown.Block::text)
                .collect(Collectors.joining("\n"));
        unknown.addAll(unknown(printed, known(named, true)));
        return unknown;
    }

    private static List<String> unknown(String text, Set<String> known) {
        return PERCENTAGE.matcher(text).results().flatMap(match -> Stream.of(match.group(1), match.group(2)))
                .filter(Objects::nonNull).filter(figure -> !known.contains(figure)).toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPercentageHasARecord(Path page) throws IOException {
        assertThat(unknown(Markdown.of(page))).as("percentages that no record has").isEmpty();
    }

    @Test
    void figuresWithoutARecordAreFound() throws IOException {
        assertThat(unknown(page("`lstm-rows` has 98.75 %, `cnn` 12.34 %, 98.75 to 99.99 %"))).containsExactly("12.34",
                "99.99");
        assertThat(unknown(page("the accuracy is 98.75 %"))).containsExactly("98.75"); // of no recipe
        assertThat(unknown(page("of `lstm-rows`", "```", "1 0.5074 83.31 % 94.84 % 11.11 %", "```", "83.31 %")))
                .containsExactly("83.31", "11.11"); // what it was at after an epoch is no result
    }

    private static Markdown page(String... lines) {
        return new Markdown(ROOT.resolve("page.md"), List.of(lines));
    }

    /** The rows of README's table of speeds of which the page of speeds has none of the same name with the same figures in each column. */
    private static List<String> speedsWithoutARecord(String readme, String bench) {
        List<Map<String, String>> measured = rows(bench);
        return rows(section(readme, "Speed")).stream()
                .filter(row -> measured.stream().noneMatch(other -> other.entrySet().containsAll(row.entrySet())))
                .map(Map::toString).toList();
    }

    private static String section(String page, String heading) {
        return page.replaceFirst("(?s).*\n## " + heading + "\n", "").replaceFirst("(?s)\n## .*", "");
    }

    /** The rows of README's table of models whose accuracies and seeds no records have, or whose speed the page of speeds lacks. */
    private static List<String> modelsWithoutARecord(String readme, String bench) {
        List<Map<String, String>> speeds = rows(bench);
        return rows(section(readme, "What it trains")).stream()
                .filter(row -> DATA_SETS.stream().noneMatch(row::containsKey)
                        || !DATA_SETS.stream().filter(row::containsKey).allMatch(data -> isRecorded(row, data))
                        || row.containsKey("speed") && speeds.stream().noneMatch(speed -> isSpeedOf(row, speed)))
                .map(Map::toString).toList();
    }

    /** Whether runs of a row's recipe on a data set have the mean accuracy that it says, with as many seeds. */
    private static boolean isRecorded(Map<String, String> row, String data) {
        return results.stream().filter(result -> !result.outcomes().isEmpty())
                .filter(result -> result.recipe().replace("`", "").equals(row.get("case")))
                .filter(result -> ResultsTable.title(result.first().key("data")).equals(data))
                .anyMatch(result -> Numbers.percent(result.spread().mean()).equals(row.get(data))
                        && Integer.toString(result.outcomes().size()).equals(row.get("seeds")));
    }

    /** Whether a row of the page of speeds is a training step of a row's recipe, at the recipe's batch, with the ratio that it says. */
    private static boolean isSpeedOf(Map<String, String> row, Map<String, String> speed) {
        String recipe = row.getOrDefault("case", "").replaceFirst(" .*", "");
        String step = recipe + " training step, batch " + Recipes.find(recipe, List.of()).batch();
        return step.equals(speed.get("case"))
                && speed.getOrDefault("ratio (least to most)", "").startsWith(row.get("speed") + " (");
    }

    /** The rows of all tables, each cell by the name of its column, that of the first being "case"; of two of a name the first. */
    private static List<Map<String, String>> rows(String text) {
        List<Map<String, String>> rows = new ArrayList<>();
        List<String> header = List.of();
        String before = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("|---")) {
                header = cells(before);
            } else if (line.startsWith("| ") && !header.isEmpty()) {
                List<String> cells = cells(line);
                Map<String, String> row = new LinkedHashMap<>(Map.of("case", cells.getFirst()));
                for (int i = 1; i < Math.min(cells.size(), header.size()); i++) {
                    if (!cells.get(i).isEmpty()) {
                        row.putIfAbsent(header.get(i), cells.get(i));
                    }
                }
                rows.add(row);
            } else {
                header = List.of();
            }
            before = line;
        }
        return rows;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.strip().replaceFirst("^\\|", "").split("\\|"))
                .map(cell -> cell.replaceAll("[`*]", "").strip()).toList();
    }

    @Test
    void everySpeedIsOnAPageOfSpeeds() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        Path measured = RESULTS.resolve(WrittenPage.MEASURED);
        String bench = Files.readString(measured.resolve("bench.md"))
                + Files.readString(measured.resolve("predictions.md"));
        assertThat(readme).contains("| `lstm-rows` training step, batch 100 |");
        assertThat(speedsWithoutARecord(readme, bench)).isEmpty();
        String planted = readme.replaceFirst(
                "(\\| `lstm-rows` training step, batch 100 \\| )([\\d.]+ ms) \\| ([\\d.]+ ms)",
                "$1$3 | $2");
        assertThat(speedsWithoutARecord(planted, bench)).hasSize(1);
        assertThat(speedsWithoutARecord(readme.replace("| **1.07** |", "| **1.17** |"), bench)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"98.79 %,98.80 %", "88.25 %,92.25 %", "| 3 | 1.21 |,| 1 | 1.21 |", "| 1.21 |,| 1.29 |"})
    void everyModelHasRecords(String said, String planted) throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String bench = Files.readString(RESULTS.resolve(WrittenPage.MEASURED).resolve("bench.md"));
        assertThat(rows(section(readme, "What it trains"))).hasSizeGreaterThan(8);
        assertThat(modelsWithoutARecord(readme, bench)).isEmpty();
        String row = readme.lines().filter(line -> line.startsWith("| `lstm-rows` | LSTM")).findFirst().orElseThrow();
        assertThat(row).contains(said);
        assertThat(modelsWithoutARecord(readme.replace(row, row.replace(said, planted)), bench)).hasSize(1);
    }

    /** What a programme measured says which one, of which commit and on what. */
    @Test
    void everyPageOfMeasurementsStatesHowItWasMade() throws IOException {
        for (WrittenPage page : WrittenPage.in(RESULTS)) {
            if (page.folder().equals(WrittenPage.MEASURED)) {
                assertThat(page.text()).as(page.path()).containsPattern("`\\./build (bench|fuzz|dist)")
                        .containsPattern("(?i)commits? `?[0-9a-f]{7}");
            }
        }
    }
}
