package scanline.lab.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.engine.file.AtomicFile;
import scanline.lab.base.Numbers;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.Records;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecordReader;
import scanline.lab.report.figure.Curves;
import scanline.lab.run.Run;

/**
 * A folder of results: the records of runs in a subfolder, and the pages generated from them. These are README.md,
 * curves.svg in each record, and the tables in pages written by hand.
 */
public final class Results {
    /** The subfolder of records. */
    public static final String RECORDS = "records";

    private Results() {}

    /**
     * Writes the pages of a folder.
     *
     * @return the number of records
     */
    public static int write(Path folder) throws IOException {
        List<RunRecord> records = records(folder);
        for (Map.Entry<Path, String> page : pages(folder, records).entrySet()) {
            AtomicFile.write(page.getKey(), page.getValue());
        }
        return records.size();
    }

    /**
     * Finds a page of a folder that is not what {@link #write} would write.
     *
     * @return the first such page; null if all pages are up to date
     */
    public static @Nullable Path firstStale(Path folder) throws IOException {
        for (Map.Entry<Path, String> page : pages(folder, records(folder)).entrySet()) {
            byte[] content = content(page.getKey());
            if (!Arrays.equals(content, page.getValue().getBytes(StandardCharsets.UTF_8))) {
                return page.getKey();
            }
        }
        return null;
    }

    /**
     * Returns the mean test accuracy of the finished records of every recipe that was trained without changes.
     *
     * @return recipe name to data set title to figure, such as {@code 98.79 % (3 seeds)}
     */
    public static Map<String, Map<String, String>> measured(Path folder) throws IOException {
        Map<String, Map<String, String>> measured = new TreeMap<>();
        List<ResultsRow> rows = ResultsRow.of(records(folder)).stream()
                .sorted(Comparator.comparing(row -> row.first().key("data"), ResultsTable.BY_DATA)).toList();
        for (ResultsRow row : rows) {
            if (row.first().changes().isEmpty() && !row.outcomes().isEmpty()) {
                int seeds = row.outcomes().size();
                measured.computeIfAbsent(row.first().command().name(), _ -> new LinkedHashMap<>()).put(
                        ResultsTable.title(row.first().key("data")), Numbers.percent(row.spread().mean())
                                + (seeds == 1 ? " (1 seed)" : " (" + seeds + " seeds)"));
            }
        }
        return measured;
    }

    /**
     * Copies the record of a run into a folder's records, under the name of the run: its figures and its provenance.
     * Weights, events and {@code report.html} are not copied; the checkpoint of an unfinished run is, so that the
     * record can be resumed.
     *
     * @param replace whether a record of that name with other content may be replaced
     */
    public static void add(Path folder, Path run, boolean replace) throws IOException {
        Records.require(run, "record");
        Path target = folder.resolve(RECORDS).resolve(RunRecordReader.read(run).name());
        if (Files.exists(target) && Files.isSameFile(run, target)) {
            throw new RunException(run + " is already in " + folder);
        }
        if (Files.isDirectory(target) && !replace && differ(run, target)) {
            throw new RunException(target + " exists with other content: use --replace to replace it with " + run);
        }
        Files.createDirectories(target);
        Files.deleteIfExists(new Run(target).recipeFile()); // not a record until all its files are new
        boolean finished = new Run(run).isFinished();
        for (String file : Stream.concat(Records.CHECKPOINT.stream(), Records.FILES.stream()).toList()) {
            byte[] content = finished && Records.CHECKPOINT.contains(file) ? null : recorded(run, file);
            if (content == null) {
                Files.deleteIfExists(target.resolve(file));
            } else {
                AtomicFile.write(target.resolve(file), out -> out.write(content));
            }
        }
    }

    private static boolean differ(Path run, Path target) throws IOException {
        for (String file : Records.FILES) {
            if (!Arrays.equals(recorded(run, file), content(target.resolve(file)))) {
                return true;
            }
        }
        return false;
    }

    /** Returns a run's file as recorded: without the folders of the data on this machine; hashes identify the data. */
    private static byte @Nullable [] recorded(Path run, String file) throws IOException {
        byte[] content = content(run.resolve(file));
        return content != null && file.equals(Run.RECIPE)
                ? Recipes.withoutFolders(new String(content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)
                : content;
    }

    private static byte @Nullable [] content(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllBytes(file) : null;
    }

    private static List<RunRecord> records(Path folder) throws IOException {
        return Records.all(folder.resolve(RECORDS));
    }

    private static Map<Path, String> pages(Path folder, List<RunRecord> records) throws IOException {
        Map<Path, String> pages = new TreeMap<>();
        List<WrittenPage> written = WrittenPage.in(folder);
        pages.put(folder.resolve("README.md"), new ResultsTable(records, written).text());
        for (WrittenPage page : written) {
            pages.put(page.file(), page.filled(records));
        }
        for (RunRecord record : records) {
            pages.put(folder.resolve(RECORDS).resolve(record.name()).resolve("curves.svg"), Curves.svg(record));
        }
        return pages;
    }
}
