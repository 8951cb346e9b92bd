package scanline.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.FormatException;
import scanline.lab.base.RunException;
import scanline.lab.run.Run;

/** The records in a folder, each in a folder of its own. */
public final class Records {
    /**
     * The files of a record. A folder with the last three is a record, so copying in this order never leaves half of
     * one.
     */
    public static final List<String> FILES = List.of(RunRecord.ATTENTION, Run.LABELS, Run.CONFUSION, Run.RESULT,
            Run.PROVENANCE,
            Run.METRICS, Run.RECIPE);

    /**
     * The files from which an unfinished run resumes, kept in its record until it is finished. In this order, a
     * checkpoint may be older than the best weights, which it then recreates, but not newer.
     */
    public static final List<String> CHECKPOINT = List.of(Run.LAST, Run.BEST);

    /** The order of records in tables: by recipe, then by changes to it, then by seed. */
    public static final Comparator<RunRecord> ORDER = Comparator
            .<RunRecord, String>comparing(record -> record.command().name())
            .thenComparing(record -> record.outcome() == null)
            .thenComparing(record -> String.join(" ", record.changes()))
            .thenComparingLong(RunRecord::seed).thenComparing(RunRecord::name);

    private Records() {}

    /**
     * Reads the records of a folder, at least one, by the names of their folders.
     *
     * @throws RunException if there is none
     * @throws FormatException if one is damaged
     */
    public static List<RunRecord> all(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new RunException("no such folder: " + folder);
        }
        List<RunRecord> records = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.sorted().toList()) {
                if (lack(entry) == null) {
                    records.add(RunRecordReader.read(entry));
                }
            }
        }
        if (records.isEmpty()) {
            throw new RunException(folder + " contains no record of a run: add one with `scanline results --add RUN`");
        }
        return records;
    }

    /**
     * Checks that a folder has every file of a record and an epoch.
     *
     * @param purpose a verb: what the record is needed for
     * @throws RunException if something is missing
     */
    public static void require(Path folder, String purpose) throws IOException {
        String lack = lack(folder);
        if (lack != null) {
            throw new RunException(folder + " " + lack + ": there is nothing to " + purpose);
        }
    }

    /**
     * Returns what a folder lacks to be a record: a file that a run has from its first epoch on; null if it lacks
     * nothing.
     */
    private static @Nullable String lack(Path folder) throws IOException {
        boolean ended = Files.exists(folder.resolve(Run.RESULT));
        for (String file : ended
                ? List.of(Run.RECIPE, Run.PROVENANCE, Run.METRICS)
                : List.of(Run.RECIPE, Run.PROVENANCE)) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                return "has no " + file;
            }
        }
        return ended || new Run(folder).hasEpoch() ? null : "has no epoch yet";
    }
}
