package scanline.bench.peer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
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
        /** ONNX Runtime with its fastest settings. */
        ONNX("ONNX Runtime", false),
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
     * @param before the core-to-core time in nanoseconds, measured just before the turn
     * @param after the core-to-core time, measured just after the turn
     */
    record Turn(int process, int round, Who who, double milliseconds, double before, double after) {
        private boolean isBeside(Turn other) {
            return process == other.process && round == other.round;
        }

        /** Returns whether it is one of a side that only takes one turn because it is slow, before all rounds. */
        private boolean isOnlyOne() {
            return who.onceIfSlow && milliseconds > SLOW_MILLISECONDS;
        }
    }

    /** A round of turns of all sides. */
    private record Round(int process, int number) {}

    private static final double SLOW_MILLISECONDS = 3000;
    private static final int MOST_ITERATIONS = 10_000;
    // Between processors far from each other a cache line takes three times as long and more as between near ones.
    // Repeated measurements in the same state differ by less than half.
    private static final double OTHER_STATE = 2;
    private static final String HEADER = "case,process,round,side,milliseconds,"
            + "coreToCoreNanosecondsBefore,coreToCoreNanosecondsAfter";

    private final String what;
    private final DoubleSupplier coreToCore;
    private final List<Turn> turns = new ArrayList<>();

    /** Creates an empty list of turns for the case of this name. */
    Turns(String what) {
        this(what, CoreToCore::nanoseconds);
    }

    /** Creates an empty list, with a measurement of the core-to-core time in nanoseconds. */
    Turns(String what, DoubleSupplier coreToCore) {
        this.what = what;
        this.coreToCore = coreToCore;
    }

    /**
     * Lets freshly started sides warm up and take turns. If PyTorch with default settings or DJL is slow, it takes only
     * one turn of one iteration, in its first process. A round in which the state of the machine changed is repeated, but
     * there are at most twice as many rounds as {@code rounds}.
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
            double before = coreToCore.getAsDouble();
            Timings once = player.getValue().measure.apply(1);
            if (first == null) {
                first = once;
            } else {
                first.requireSame(what, who.title, once);
            }
            if (who.onceIfSlow && once.least() > SLOW_MILLISECONDS) {
                add(new Turn(process, 1, who, once.median(), before, coreToCore.getAsDouble()));
            } else {
                iterations.put(who, warmUp(player.getValue(), turnSeconds));
            }
        }
        int steady = 0;
        for (int round = 1; round <= 2 * rounds && steady < rounds; round++) {
            double before = coreToCore.getAsDouble();
            for (Map.Entry<Who, Integer> turn : iterations.entrySet()) {
                Timings timings = Objects.requireNonNull(players.get(turn.getKey())).measure.apply(turn.getValue());
                double after = coreToCore.getAsDouble();
                add(new Turn(process, round, turn.getKey(), timings.median(), before, after));
                before = after;
            }
            steady += isSteady(new Round(process, round)) ? 1 : 0;
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

    /** Returns whether the machine was in the same state in a whole round. */
    private boolean isSteady(Round round) {
        DoubleSummaryStatistics times = turns.stream()
                .filter(turn -> round.equals(new Round(turn.process, turn.round)) && !turn.isOnlyOne())
                .flatMapToDouble(turn -> DoubleStream.of(turn.before, turn.after)).summaryStatistics();
        return !(times.getMax() > OTHER_STATE * times.getMin());
    }

    /** The rounds that count: those in which the state of the machine did not change, or all if there is none. */
    private Set<Round> counted() {
        Set<Round> rounds = rounds();
        Set<Round> steady = rounds.stream().filter(this::isSteady).collect(Collectors.toSet());
        return steady.isEmpty() ? rounds : steady;
    }

    private Set<Round> rounds() {
        return turns.stream().map(turn -> new Round(turn.process, turn.round)).collect(Collectors.toSet());
    }

    /** The turns of one side in the rounds that count, and that of a side that only takes one. */
    List<Turn> of(Who who) {
        Set<Round> counted = counted();
        return turns.stream()
                .filter(turn -> turn.who == who
                        && (turn.isOnlyOne() || counted.contains(new Round(turn.process, turn.round))))
                .toList();
    }

    /** The medians of the turns of a side in each of its processes. */
    List<Double> processes(Who who) {
        return of(who).stream().collect(Collectors.groupingBy(Turn::process)).values().stream().map(Turns::median)
                .toList();
    }

    /** The milliseconds of the fastest process of some sides; NaN if none of them was measured. */
    double fastestProcess(Who... sides) {
        return Stream.of(sides).flatMap(who -> processes(who).stream()).mapToDouble(Double::doubleValue).min()
                .orElse(Double.NaN);
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

    /**
     * The core-to-core time in nanoseconds in the rounds that count: the median, the minimum and the maximum; and how
     * many rounds do not count.
     */
    String coreToCore() {
        Set<Round> counted = counted();
        List<Double> times = turns.stream().filter(turn -> counted.contains(new Round(turn.process, turn.round)))
                .flatMap(turn -> Stream.of(turn.before, turn.after)).toList();
        String text = String.format(Locale.ROOT, "%.0f ns (%.0f to %.0f)", Timings.median(times),
                Collections.min(times), Collections.max(times));
        if (!counted.stream().allMatch(this::isSteady)) {
            return text + ", changed in every round";
        }
        int all = rounds().size();
        return counted.size() == all ? text : text + ", without " + (all - counted.size()) + " of " + all + " rounds";
    }

    /** The turns as comma-separated values with a header, one line per turn. */
    static String csv(Collection<Turns> all) {
        return Stream.concat(Stream.of(HEADER), all.stream().flatMap(Turns::rows))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Stream<String> rows() {
        return turns.stream().map(turn -> String.format(Locale.ROOT, "\"%s\",%d,%d,%s,%.4f,%.1f,%.1f", what,
                turn.process, turn.round, turn.who.name().toLowerCase(Locale.ROOT), turn.milliseconds, turn.before,
                turn.after));
    }
}
