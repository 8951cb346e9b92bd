package scanline.lab.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.AtomicFile;
import scanline.lab.record.RunRecord;
import scanline.lab.train.RunException;

/** A folder of records, and the pages made from them: README.md, and curves.svg beside each record. */
public final class Results {
    private Results() {}

    /**
     * Writes the pages of a folder.
     *
     * @return how many records there are
     */
    public static int write(Path folder) throws IOException {
        List<RunRecord> records = RunRecord.all(folder);
        for (Map.Entry<Path, String> page : pages(folder, records).entrySet()) {
            AtomicFile.write(page.getKey(), page.getValue());
        }
        return records.size();
    }

    /**
     * Whether the pages of a folder are what {@link #write} would write.
     *
     * @return the first page that is not; null if all are
     */
    public static @Nullable Path firstStale(Path folder) throws IOException {
        for (Map.Entry<Path, String> page : pages(folder, RunRecord.all(folder)).entrySet()) {
            byte[] content = content(page.getKey());
            if (!Arrays.equals(content, page.getValue().getBytes(StandardCharsets.UTF_8))) {
                return page.getKey();
            }
        }
        return null;
    }

    /**
     * Copies the record of a run into a folder, under the run's own name: its figures, and what it was made with. Weights,
     * events and the page {@code report.html} stay behind.
     *
     * @param replace whether a record of that name with other content may be replaced
     */
    public static void add(Path folder, Path run, boolean replace) throws IOException {
        if (!RunRecord.is(run)) {
            throw new RunException(
                    run + " is no run with an epoch: a record needs recipe.yaml, provenance.json and a row"
                            + " in metrics.csv");
        }
        Path target = folder.resolve(RunRecord.read(run).name());
        if (Files.isDirectory(target) && !replace && differ(run, target)) {
            throw new RunException(target + " exists with other content: --replace puts " + run + " in its place");
        }
        Files.createDirectories(target);
        for (String file : RunRecord.FILES) {
            byte[] content = content(run.resolve(file));
            if (content == null) {
                Files.deleteIfExists(target.resolve(file));
            } else {
                AtomicFile.write(target.resolve(file), out -> out.write(content));
            }
        }
    }

    private static boolean differ(Path run, Path target) throws IOException {
        for (String file : RunRecord.FILES) {
            if (!Arrays.equals(content(run.resolve(file)), content(target.resolve(file)))) {
                return true;
            }
        }
        return false;
    }

    private static byte @Nullable [] content(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllBytes(file) : null;
    }

    private static Map<Path, String> pages(Path folder, List<RunRecord> records) {
        Map<Path, String> pages = new TreeMap<>();
        List<String> siblings = ResultsTable.SIBLINGS.keySet().stream()
                .filter(file -> Files.exists(folder.resolve(file))).toList();
        pages.put(folder.resolve("README.md"), new ResultsTable(records, siblings).text());
        for (RunRecord record : records) {
            pages.put(folder.resolve(record.name()).resolve("curves.svg"), Curves.svg(record));
        }
        return pages;
    }
}
