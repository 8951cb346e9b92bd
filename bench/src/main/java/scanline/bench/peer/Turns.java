package scanline.bench.peer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The turns that the sides took at one case, in the order in which they took them. */
final class Turns {
    /** Who takes a turn. */
    enum Who {
        /** Scanline. */
        SCANLINE("Scanline", false),
        /** PyTorch with the settings that made it fastest. */
        TUNED("PyTorch, tuned", false),
        /** PyTorch with its default settings. */
        DEFAULT("PyTorch, default settings", true),
        /** DJL. */
        DJL("DJL", true);

        private final String title;
        // No best depends on it, and subnormal numbers may make a step take half a minute.
        private final boolean onceIfSlow;

        Who(String title, boolean onceIfSlow) {
            this.title = title;
            this.onceIfSlow = onceIfSlow;
        }
    }

    /**
     * A side that takes turns.
     *
     * @param measure runs a number of iterations, after one that is not counted
     * @param warmUpSeconds how long it runs before anything counts
     */
    record Player(IntFunction<Timings> measure, double warmUpSeconds) {}

    /**
     * A turn.
     *
     * @param process which start of the sides, from 1
     * @param round which round of this process, from 1
     * @param milliseconds the median of its iterations
     * @param coreToCore what {@link CoreToCore} measured just before it
     */
    record Turn(int process, int round, Who who, double milliseconds, double coreToCore) {
        private boolean isBeside(Turn other) {
            return process == other.process && round == other.round;
        }
    }

    private static final double SLOW_MILLISECONDS = 3000;
    private static final int MOST_ITERATIONS = 10_000;
    private static final String HEADER = "case,process,round,side,milliseconds,coreToCoreNanoseconds";

    private final String what;
    private final List<Turn> turns = new ArrayList<>();

    /** No turn yet at the case of this name. */
    Turns(String what) {
        this.what = what;
    }

    /**
     * Lets freshly started sides warm up and take turns. PyTorch with default settings, and DJL, take one turn of one
     * iteration in their first process if they are slow.
     *
     * @param turnSeconds how long a turn takes, about
     * @param players the sides in the order of their turns
     * @throws BenchException if they do not compute the same
     */
    void play(int process, int rounds, double turnSeconds, Map<Who, Player> players) {
        Map<Who, Integer> iterations = new EnumMap<>(Who.class);
        Timings first = null;
        for (Map.Entry<Who, Player> player : players.entrySet()) {
            Who who = player.getKey();
            if (who.onceIfSlow && of(who).stream().anyMatch(turn -> turn.milliseconds > SLOW_MILLISECONDS)) {
                continue;
            }
            double coreToCore = CoreToCore.nanoseconds();
            Timings once = player.getValue().measure.apply(1);
            if (first == null) {
                first = once;
            } else {
                first.requireSame(what, who.title, once);
            }
            if (who.onceIfSlow && once.least() > SLOW_MILLISECONDS) {
                add(new Turn(process, 1, who, once.median(), coreToCore));
            } else {
                iterations.put(who, warmUp(player.getValue(), turnSeconds));
            }
        }
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<Who, Integer> turn : iterations.entrySet()) {
                double coreToCore = CoreToCore.nanoseconds();
                Timings timings = Objects.requireNonNull(players.get(turn.getKey())).measure.apply(turn.getValue());
                add(new Turn(process, round, turn.getKey(), timings.median(), coreToCore));
            }
        }
    }

    /** How many iterations a turn has, once a side is warm. */
    private static int warmUp(Player player, double turnSeconds) {
        long start = System.nanoTime();
        int iterations = 1;
        do {
            double milliseconds = player.measure.apply(iterations).least();
            iterations = (int) Math.clamp(1000 * turnSeconds / milliseconds, 1, MOST_ITERATIONS);
        } while (System.nanoTime() - start < player.warmUpSeconds * 1e9);
        return iterations;
    }

    /** Adds a turn. */
    void add(Turn turn) {
        turns.add(turn);
    }

    /** Those of one side. */
    List<Turn> of(Who who) {
        return turns.stream().filter(turn -> turn.who == who).toList();
    }

    /** PyTorch's turns with default settings, which are the tuned ones where no setting helped. */
    List<Turn> withDefaults() {
        return of(of(Who.DEFAULT).isEmpty() ? Who.TUNED : Who.DEFAULT);
    }

    /** The better of PyTorch's turns in each round: with its default settings or tuned. */
    List<Turn> bestOfPyTorch() {
        List<Turn> best = new ArrayList<>();
        for (Turn tuned : of(Who.TUNED)) {
            best.add(of(Who.DEFAULT).stream()
                    .filter(other -> other.isBeside(tuned) && other.milliseconds < tuned.milliseconds)
                    .findFirst().orElse(tuned));
        }
        return best;
    }

    /** The median milliseconds of turns. */
    static double median(Collection<Turn> turns) {
        return Timings.median(turns.stream().map(Turn::milliseconds).toList());
    }

    /** Their time divided by Scanline's in the same round, round by round. */
    List<Double> ratios(List<Turn> theirs) {
        List<Double> ratios = new ArrayList<>();
        for (Turn ours : of(Who.SCANLINE)) {
            theirs.stream().filter(ours::isBeside)
                    .forEach(turn -> ratios.add(turn.milliseconds / ours.milliseconds));
        }
        return ratios;
    }

    /** The core-to-core time in nanoseconds: the median over all turns, the least and the most. */
    String coreToCore() {
        List<Double> times = turns.stream().map(Turn::coreToCore).toList();
        return String.format(Locale.ROOT, "%.0f ns (%.0f to %.0f)", Timings.median(times), Collections.min(times),
                Collections.max(times));
    }

    /** A line a turn, as comma-separated values below their names. */
    static String csv(Collection<Turns> all) {
        return Stream.concat(Stream.of(HEADER), all.stream().flatMap(Turns::rows))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Stream<String> rows() {
        return turns.stream().map(turn -> String.format(Locale.ROOT, "\"%s\",%d,%d,%s,%.4f,%.1f", what, turn.process,
                turn.round, turn.who.name().toLowerCase(Locale.ROOT), turn.milliseconds, turn.coreToCore));
    }
}
