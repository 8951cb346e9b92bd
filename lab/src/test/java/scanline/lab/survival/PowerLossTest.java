package scanline.lab.survival;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.random.RandomKey;
import scanline.lab.run.Result;
import scanline.lab.run.Run;

/** Records the calls that a run makes, and goes on from every state in which a power cut may leave the disk. */
class PowerLossTest {
    private static final String LAST = "last.safetensors";
    private static final long NOTHING = -1;
    private static final RandomKey KEY = RandomKey.of(1, "power loss");

    @TempDir
    private static Path folder;

    @TempDir
    private static Path data;

    private static SmallRun small;
    private static List<DiskCall> calls = new ArrayList<>();
    private static Map<DiskCall, Long> steps = new IdentityHashMap<>();
    private static Result uninterrupted;

    @TempDir
    private Path states;

    @BeforeAll
    static void record() throws IOException {
        small = new SmallRun(data);
        uninterrupted = small.train(new WatchedDisk(call -> {
            calls.add(call);
            if (call instanceof DiskCall.Move(Path from, Path to) && to.endsWith(LAST)) {
                steps.put(call, SmallRun.step(from));
            }
        }).wrapPath(folder.resolve("run")));
        assertThat(calls).hasSizeGreaterThan(60).hasAtLeastOneElementOfType(DiskCall.Append.class);
    }

    @Test
    void everyStateResumesToTheSameWeights() throws IOException {
        List<String> problems = new ArrayList<>();
        int found = replay(calls, problems);
        assertThat(problems).isEmpty();
        assertThat(found).isGreaterThan(200);
        System.out.println("power loss: " + calls.size() + " calls, " + found + " states of the disk");
    }

    @Test
    void withoutForcingFilesSomeStatesAreBroken() throws IOException {
        List<String> problems = new ArrayList<>();
        replay(without(call -> call instanceof DiskCall.Force(Path path) && !isFolder(path)), problems);
        assertThat(problems).anyMatch(problem -> problem.contains(LAST));
    }

    @Test
    void withoutForcingFoldersSomeStatesLoseSavedData() throws IOException {
        List<String> problems = new ArrayList<>();
        replay(without(call -> call instanceof DiskCall.Force(Path path) && path.endsWith("run")), problems);
        assertThat(problems).anyMatch(problem -> problem.contains("was saved"));
    }

    private static boolean isFolder(Path path) {
        return path.equals(folder) || path.endsWith("run");
    }

    private static List<DiskCall> without(Predicate<DiskCall> dropped) {
        return calls.stream().filter(dropped.negate()).toList();
    }

    /** How many states there are; says what is wrong with them. */
    private int replay(List<DiskCall> happened, List<String> problems) throws IOException {
        PowerLoss disk = new PowerLoss(folder);
        Set<PowerLoss.State> seen = new HashSet<>();
        Map<List<Object>, String> resumed = new HashMap<>();
        long saved = NOTHING;
        long moved = NOTHING;
        for (DiskCall call : happened) {
            if (!(call instanceof DiskCall.Read || call instanceof DiskCall.Force)) {
                saved = moved; // the calls of the save before are over
            }
            disk.after(call);
            moved = steps.getOrDefault(call, moved);
            for (PowerLoss.State state : disk.states(KEY.at(seen.size()))) {
                if (seen.add(state)) {
                    List<Object> matters = new ArrayList<>(List.of(saved));
                    SmallRun.FILES.forEach(file -> matters
                            .add(Optional.ofNullable(state.files().get(folder.resolve("run").resolve(file)))));
                    if (!resumed.containsKey(matters)) {
                        resumed.put(matters, problem(state, saved));
                    }
                    String problem = resumed.get(matters);
                    if (!problem.isEmpty()) {
                        problems.add("after " + call + ": " + problem);
                    }
                }
            }
        }
        return seen.size();
    }

    private String problem(PowerLoss.State state, long saved) throws IOException {
        Path place = Files.createTempDirectory(states, "state");
        state.restore(folder, place);
        Path run = place.resolve("run");
        try {
            if (saved == NOTHING && !Run.is(run)) {
                Run.requireNew(run); // to be trained from its start
                return "";
            }
            Result result = small.resume(run, Math.max(0, saved));
            return result.lastWeights().equals(uninterrupted.lastWeights())
                    && result.bestWeights().equals(uninterrupted.bestWeights())
                            ? ""
                            : "other weights";
        } catch (IOException | RuntimeException e) {
            return e.toString();
        }
    }
}
