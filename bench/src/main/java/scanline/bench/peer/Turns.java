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

/** The turns of the sides at one case, in chronological order. */
final class Turns {
    /** The sides that take turns. */
    enum Who {
        /** Scanline. */
        SCANLINE("Scanline", false),
        /** PyTorch with its fastest settings. */
        TUNED("PyTorch, tuned", false),
        /** PyTorch with its default settings. */
        DEFAULT("PyTorch, default settings", true),
        /** DJL. */
        DJL("DJL", true);

        private final String title;
        // It does not affect the best time, and subnormal numbers may make a step take half a minute.
        private final boolean onceIfSlow;

        Who(String title, boolean onceIfSlow) {
            this.title = title;
            this.onceIfSlow = onceIfSlow;
        }
    }

    /**
     * A side as it takes its turns.
     *
     * @param measure runs a number of iterations, after an uncounted one
     * @param warmUpSeconds the duration of its warm-up
     */
    record Player(IntFunction<Timings> measure, double warmUpSeconds) {}

    /**
     * A turn.
     *
     * @param process the number of the process, from 1; each side is started once per process
     * @param round the number of the round in this process, from 1
     * @param milliseconds the median of its iterations
     * @param coreToCore the core-to-core time in nanoseconds, measured just before the turn
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

    /** Creates an empty list of turns for the case of this name. */
    Turns(String what) {
        this.what = what;
    }

    /**
     * Lets freshly started sides warm up and take turns. If PyTorch with default settings or DJL is slow, it takes only
     * one turn of one iteration, in its first process.
     *
     * @param turnSeconds the approximate duration of a turn
     * @param players the sides in the order of their turns
     * @throws BenchException if their results differ
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

    /** Warms a side up and returns its number of iterations per turn. */
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

    /** The turns of one side. */
    List<Turn> of(Who who) {
        return turns.stream().filter(turn -> turn.who == who).toList();
    }

    /** PyTorch's turns with default settings. If no setting helped, these are the tuned ones. */
    List<Turn> withDefaults() {
        return of(of(Who.DEFAULT).isEmpty() ? Who.TUNED : Who.DEFAULT);
    }

    /** PyTorch's faster turn of each round, tuned or with default settings. */
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

    /** The ratio of their time to Scanline's in the same round, for each round. */
    List<Double> ratios(List<Turn> theirs) {
        List<Double> ratios = new ArrayList<>();
        for (Turn ours : of(Who.SCANLINE)) {
            theirs.stream().filter(ours::isBeside)
                    .forEach(turn -> ratios.add(turn.milliseconds / ours.milliseconds));
        }
        return ratios;
    }

    /** The core-to-core time in nanoseconds: the median over all turns, the minimum and the maximum. */
    String coreToCore() {
        List<Double> times = turns.stream().map(Turn::coreToCore).toList();
        return String.format(Locale.ROOT, "%.0f ns (%.0f to %.0f)", Timings.median(times), Collections.min(times),
                Collections.max(times));
    }

    /** The turns as comma-separated values with a header, one line per turn. */
    static String csv(Collection<Turns> all) {
        return Stream.concat(Stream.of(HEADER), all.stream().flatMap(Turns::rows))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Stream<String> rows() {
        return turns.stream().map(turn -> String.format(Locale.ROOT, "\"%s\",%d,%d,%s,%.4f,%.1f", what, turn.process,
                turn.round, turn.who.name().toLowerCase(Locale.ROOT), turn.milliseconds, turn.coreToCore));
    }
}
