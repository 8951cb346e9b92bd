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
 * The summary of a run.
 *
 * @param name the path of its folder, relative to the folder of all runs
 * @param state the state of the run
 * @param problem why it is broken; empty if it is not
 * @param recipe the recipe that it was started with, if known
 * @param keys the keys of its recipe
 * @param epochs the number of epochs that its recipe asks for
 * @param epochsDone the number of epochs in its metrics
 * @param bestEpoch the epoch with the best validation accuracy; 0 before the first
 * @param validationAccuracy the validation accuracy of that epoch
 * @param trainLoss the training loss of the last epoch
 * @param testAccuracy the test accuracy; null until the run has finished
 * @param testLoss the test loss; null until the run has finished
 * @param seconds the training time
 * @param parameters the number of parameters
 * @param hasWeights whether it has saved weights
 * @param changed the time of the last change to one of its files, in milliseconds since 1970
 * @param live its progress while it trains
 */
record Summary(String name, State state, String problem, String recipe, Map<String, String> keys, int epochs,
        int epochsDone, int bestEpoch, @Nullable Double validationAccuracy, @Nullable Double trainLoss,
        @Nullable Double testAccuracy, @Nullable Double testLoss, double seconds, @Nullable Long parameters,
        boolean hasWeights, long changed, LiveRun.@Nullable State live) {
    private static final List<String> FILES = List.of(Run.RECIPE, Run.PROVENANCE, Run.METRICS, Run.RESULT,
            Run.LAST, Run.BEST);

    /** The state of a run. */
    enum State {
        /** A process is training it. */
        TRAINING,
        /** It was stopped or killed, and can be resumed. */
        STOPPED,
        /** It has finished. */
        FINISHED,
        /** Its files are incomplete or damaged, and it cannot be resumed. */
        BROKEN
    }

    /** The summary of a run that is not being trained. */
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

    /** The time of the last change to a file of a run; 0 if it has none. */
    static long changed(Path folder) {
        return FILES.stream().mapToLong(file -> {
            try {
                return Files.getLastModifiedTime(folder.resolve(file)).toMillis();
            } catch (IOException _) {
                return 0;
            }
        }).max().orElse(0);
    }

    /** This summary with the progress of a run that is being trained. */
    Summary with(LiveRun.State now) {
        return new Summary(name, State.TRAINING, problem, recipe, keys, epochs, epochsDone, bestEpoch,
                validationAccuracy, trainLoss, testAccuracy, testLoss, seconds, parameters, hasWeights, changed, now);
    }
}
