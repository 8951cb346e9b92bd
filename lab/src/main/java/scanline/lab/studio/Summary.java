package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import scanline.lab.run.LiveRun;
import scanline.lab.run.Run;

/**
 * A run in a line.
 *
 * @param name its folder, below that of all runs
 * @param problem why it is broken; empty where it is not
 * @param recipe what it was started with, as far as is known
 * @param keys of its recipe
 * @param epochsDone rows of its metrics
 * @param bestEpoch that with the best validation accuracy; 0 before the first
 * @param validationAccuracy of that epoch
 * @param trainLoss of the last epoch
 * @param seconds trained
 * @param parameters how many numbers it learns
 * @param hasWeights whether it has weights to look at
 * @param changed when a file of it last changed, in milliseconds since 1970
 * @param live how far it is while it is trained
 */
record Summary(String name, State state, String problem, String recipe, Map<String, String> keys, int epochs,
        int epochsDone, int bestEpoch, @Nullable Double validationAccuracy, @Nullable Double trainLoss,
        @Nullable Double testAccuracy, @Nullable Double testLoss, double seconds, @Nullable Long parameters,
        boolean hasWeights, long changed, LiveRun.@Nullable State live) {
    private static final List<String> FILES = List.of(Run.RECIPE, Run.PROVENANCE, Run.METRICS, Run.RESULT,
            Run.LAST, Run.BEST);

    /** What became of a run. */
    enum State {
        /** A process trains it. */
        TRAINING,
        /** It was stopped, or killed, and can go on. */
        STOPPED,
        /** It has come to its end. */
        FINISHED,
        /** Its files are not those of a run that can go on. */
        BROKEN
    }

    /** A run that nobody trains. */
    static Summary of(String name, Run run, RunFacts facts) {
        boolean finished = facts.result("testAccuracy") != null;
        boolean broken = !facts.problems().isEmpty();
        State state = broken ? State.BROKEN : finished ? State.FINISHED : State.STOPPED;
        Run.Epoch best = facts.epochs().isEmpty() ? null : Run.Epoch.best(facts.epochs());
        Double seconds = facts.result("seconds");
        return new Summary(name, state, broken ? facts.problems().getFirst() : "", facts.recipe(), facts.keys(),
                facts.number("epochs"), facts.epochs().size(), best == null ? 0 : best.epoch(),
                best == null ? null : finite(best.validationAccuracy()),
                facts.epochs().isEmpty() ? null : finite(facts.epochs().getLast().trainLoss()),
                facts.result("testAccuracy"), facts.result("testLoss"),
                seconds != null ? seconds : facts.epochs().stream().mapToDouble(Run.Epoch::seconds).sum(),
                facts.parameters(), Files.isRegularFile(run.best()), changed(run.folder()), null);
    }

    static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** When a file last changed; 0 if there is none. */
    static long changed(Path folder) {
        return FILES.stream().mapToLong(file -> {
            try {
                return Files.getLastModifiedTime(folder.resolve(file)).toMillis();
            } catch (IOException _) {
                return 0;
            }
        }).max().orElse(0);
    }

    /** The same while it is trained. */
    Summary with(LiveRun.State now) {
        return new Summary(name, State.TRAINING, problem, recipe, keys, epochs, epochsDone, bestEpoch,
                validationAccuracy, trainLoss, testAccuracy, testLoss, seconds, parameters, hasWeights, changed, now);
    }
}
