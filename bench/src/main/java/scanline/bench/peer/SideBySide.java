package scanline.bench.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import scanline.bench.peer.PeerNetwork.Kind;
import scanline.bench.peer.SidesTables.Row;
import scanline.bench.peer.Turns.Player;
import scanline.bench.peer.Turns.Who;
import scanline.lab.model.Model;

/**
 * {@code ./build bench compare}: runs Scanline, PyTorch, ONNX Runtime (which only predicts) and, on request, DJL in turn,
 * on the same batches and from the same weights. Each has its own process, which is idle while the others work.
 */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Compares the speed of Scanline, PyTorch, ONNX Runtime and DJL side by side.")
public final class SideBySide implements Callable<Integer> {
    // The first step of a wide transformer is interpreted and takes 4 s; the JIT compilers finish some 10 s later. For
    // a recurrent network they finish sooner.
    private static final double WARM_UP_SECONDS = 15;
    private static final double RECURRENT_WARM_UP_SECONDS = 6;
    // Compiled ahead of time.
    private static final double FOREIGN_WARM_UP_SECONDS = 0.5;
    private static final double TRIAL_SECONDS = 0.5;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Mixin
    private TurnsOptions turns = new TurnsOptions();

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "1.5",
            description = "Approximate duration of a turn in seconds. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--cases", paramLabel = "PATTERN", defaultValue = "",
            description = "Measure only cases that match this regular expression, such as rows/train. Default: all.")
    private String cases = "";

    @Option(names = "--djl",
            description = "Also measure predictions, and training of recurrent networks, with DJL (Linux on x86-64).")
    private boolean djl;

    @Override
    public Integer call() throws IOException {
        List<Case> chosen = chosen();
        require(options.threads() >= 1 && turns.rounds() >= 1 && turns.processes() >= 1 && seconds > 0,
                "--threads, --rounds, --processes and --seconds must be positive");
        Report report = new Report(options.threads());
        List<Row> rows = new ArrayList<>();
        for (Case what : chosen) {
            rows.add(row(what, report));
            turns.save(rows.stream().map(Row::turns).toList(), text(rows, report), options.out());
        }
        Report.publish(text(rows, report), Objects.requireNonNull(spec).commandLine().getOut(), options.out());
        return 0;
    }

    private List<Case> chosen() {
        List<Case> chosen;
        try {
            chosen = Case.ALL.stream().filter(each -> Pattern.compile(cases).matcher(each.name()).find()).toList();
        } catch (PatternSyntaxException e) {
            chosen = List.of();
        }
        require(!chosen.isEmpty(), "--cases " + cases + " matches none of "
                + String.join(", ", Case.ALL.stream().map(Case::name).toList()));
        return chosen;
    }

    private void require(boolean valid, String message) {
        if (!valid) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }
    }

    private Row row(Case what, Report report) throws IOException {
        try (Steps steps = new Steps(what.settings(), 1)) {
            PeerFolder folder = PeerFolder.of(what, steps);
            Turns taken = new Turns(what.name());
            report.measurePeak();
            progress(what, "tuning PyTorch");
            Map<String, String> tuned;
            Set<String> tuning = new LinkedHashSet<>(); // those of PyTorch and of each process of the others
            try (PyTorch trial = pyTorch(what, folder)) {
                report.version("PyTorch", trial.version());
                tuned = trial.tuned(TRIAL_SECONDS);
                note(tuning, what.trains() ? "" : "PyTorch ", trial.changed(tuned));
                if (djl && !what.trains()) {
                    trial.script(tuned);
                }
            }
            for (int process = 1; process <= turns.processes(); process++) {
                progress(what, "process " + process + " of " + turns.processes());
                try (Side scanline = new Side("Scanline", ScanlineSide.command(what, options.threads()));
                        PyTorch pyTorch = pyTorch(what, folder);
                        Side onnx = what.trains() ? null : onnx(what, folder, steps);
                        Side other = djl && Djl.knows(what) ? djl(what, folder, tuned) : null) {
                    Map<Who, Player> players = new LinkedHashMap<>();
                    double warmUp = what.network().kind() == Kind.RECURRENT
                            ? RECURRENT_WARM_UP_SECONDS
                            : WARM_UP_SECONDS;
                    players.put(Who.SCANLINE, new Player(iterations -> scanline.measure(iterations, ""), warmUp));
                    players.putAll(pyTorch.players(tuned));
                    if (onnx != null) {
                        report.version("ONNX Runtime", onnx.version());
                        players.put(Who.ONNX, fastest("ONNX Runtime ", onnx, OnnxSide.choices(options.threads()),
                                tuning));
                    }
                    if (other != null) {
                        report.version("DJL", other.version());
                        players.put(Who.DJL, what.trains()
                                ? new Player(iterations -> other.measure(iterations, ""), warmUp)
                                : fastest("DJL ", other, Djl.choices(options.threads()), tuning));
                    }
                    taken.play(process, turns.rounds(), seconds, players);
                }
            }
            return new Row(what, what.flops(steps.experiment()), taken, String.join("; ", tuning));
        }
    }

    private PyTorch pyTorch(Case what, PeerFolder folder) {
        return new PyTorch(options.python(), folder, PyTorch.choices(what, options.threads()));
    }

    private static Side onnx(Case what, PeerFolder folder, Steps steps) {
        Model.Input input = steps.experiment().input();
        return new Side("ONNX Runtime",
                OnnxSide.command(folder, input.steps(), what.batch(), input.features(), input.classes()));
    }

    /** To predict it has the allocator that is best for PyTorch, whose kernels it runs. */
    private Side djl(Case what, PeerFolder folder, Map<String, String> tuned) {
        return Djl.side(folder, options.threads(), what.trains() ? Allocator.DEFAULT : PyTorch.allocator(tuned));
    }

    /** A side with its fastest settings, which are noted. */
    private static Player fastest(String name, Side side, Choices choices, Set<String> tuning) {
        Map<String, String> settings = choices.fastest(TRIAL_SECONDS,
                (iterations, each) -> side.measure(iterations, Choices.words(each)));
        note(tuning, name, choices.changed(settings));
        return new Player(iterations -> side.measure(iterations, Choices.words(settings)), FOREIGN_WARM_UP_SECONDS);
    }

    private static void note(Set<String> tuning, String name, String changed) {
        if (!changed.isEmpty()) {
            tuning.add(name + changed);
        }
    }

    private static void progress(Case what, String doing) {
        System.err.println("bench: " + what.title() + ": " + doing);
    }

    private String text(List<Row> rows, Report report) {
        String how = "Medians of " + turns.rounds() * turns.processes() + " turns of about " + seconds
                + " s in which the sides alternate, over " + turns.processes()
                + (turns.processes() == 1 ? " process" : " processes")
                + " of each side. All work on the same MNIST batches, from the same weights.";
        String command = "compare --threads " + options.threads() + " " + turns.words() + " --seconds " + seconds
                + (cases.isEmpty() ? "" : " --cases '" + cases + "'") + (djl ? " --djl" : "");
        return report.text("Scanline beside PyTorch, ONNX Runtime and DJL", how, command,
                new SidesTables(report, djl).text(rows));
    }
}
