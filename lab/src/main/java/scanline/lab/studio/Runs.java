package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import scanline.lab.http.Refusal;
import scanline.lab.run.LiveRun;
import scanline.lab.run.Run;

/**
 * The runs in a folder and its subfolders, where sweeps store theirs. The name of a run is its path below the folder. Only runs
 * that were found there have names, so that no name leads out of the folder.
 */
final class Runs {
    private static final int DEEPEST = 3;
    private static final int MOST = 5000;
    // A folder with one of these files is a run folder, though perhaps an incomplete one.
    private static final List<String> SIGNS = List.of(Run.RECIPE, Run.PROVENANCE, Run.METRICS, Run.RESULT,
            Run.LAST);

    private final Path root;
    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    /** The summary of a run, and the time at which its files had last changed when it was read. */
    private record Known(long changed, Summary summary) {}

    Runs(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** All runs by name. */
    SortedMap<String, Run> all() {
        SortedMap<String, Run> runs = new TreeMap<>();
        find(root, "", 1, runs);
        return runs;
    }

    private static void find(Path folder, String prefix, int depth, SortedMap<String, Run> runs) {
        for (Path child : folders(folder)) {
            String name = prefix + child.getFileName();
            if (runs.size() < MOST) {
                if (SIGNS.stream().anyMatch(sign -> Files.isRegularFile(child.resolve(sign)))) {
                    runs.put(name, new Run(child));
                } else if (depth < DEEPEST) {
                    find(child, name + "/", depth + 1, runs);
                }
            }
        }
    }

    private static List<Path> folders(Path folder) {
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, Files::isDirectory)) {
            children.forEach(folders::add);
        } catch (IOException | DirectoryIteratorException _) {
            // a folder that cannot be listed has no runs
        }
        return folders;
    }

    /**
     * The run with a name.
     *
     * @throws Refusal if there is none
     */
    Run find(String name) {
        Run run = all().get(name);
        if (run == null) {
            throw new Refusal(404, "no such run");
        }
        return run;
    }

    /** The summaries of all runs. */
    List<Summary> summaries() {
        return all().entrySet().stream().map(entry -> summary(entry.getKey(), entry.getValue())).toList();
    }

    /** Forgets runs that no longer exist. */
    void forgetAllBut(SortedMap<String, Run> runs) {
        known.keySet().retainAll(runs.values().stream().map(Run::folder).collect(Collectors.toSet()));
    }

    /** The summary of a run. */
    Summary summary(String name, Run run) {
        LiveRun.@Nullable State live = LiveRun.read(run).orElse(null);
        long changed = Summary.changed(run.folder());
        Known before = known.get(run.folder());
        if (before == null || before.changed != changed) {
            before = new Known(changed, Summary.of(name, run, RunFacts.of(run)));
            known.put(run.folder(), before);
        }
        return live == null ? before.summary : before.summary.with(live);
    }
}
