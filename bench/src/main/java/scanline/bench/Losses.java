package scanline.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import scanline.lab.data.Batch;

/**
 * {@code ./build bench losses}: whether training here is the training of PyTorch: the loss of every step, from the same
 * weights, on the same batches, at the same rates.
 */
@Command(name = "losses", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Trains recipes here and in PyTorch from the same weights and compares the losses of all steps.")
final class Losses implements Callable<Integer> {
    // Between them every kind of layer but the ReLU network, every optimiser, clipping and a schedule.
    private static final List<String> RECIPES = List.of("lstm-pixels", "gru-rows-deep", "rnn-rows");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "200",
            description = "How many steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--recipes", paramLabel = "NAME", split = ",", description = "Which ones. Default: one a kind.")
    private List<String> recipes = RECIPES;

    @Option(names = "--tolerance", paramLabel = "SHARE", defaultValue = "0.01",
            description = "The share of PyTorch's loss by which ours may differ. Default: ${DEFAULT-VALUE}.")
    private double tolerance;

    /** The largest difference, as a share of PyTorch's loss, and where it was. */
    private record Difference(double share, int step) {}

    @Override
    public Integer call() throws IOException {
        Report report = new Report(options.threads());
        StringBuilder table = new StringBuilder("""
                | recipe | first loss | last loss, Scanline | PyTorch | largest difference | at step | mean difference |
                |---|--:|--:|--:|--:|--:|--:|
                """);
        boolean same = true;
        for (String recipe : recipes) {
            Case what = new Case(recipe, Case.Work.TRAIN);
            List<Double> ours = new ArrayList<>();
            double[] theirs;
            try (Steps here = new Steps(what.settings(), options.threads())) {
                List<Batch> batches = here.batches(steps);
                try (PyTorch pyTorch = new PyTorch(options.python(), PeerFolder.of(what, here, batches),
                        PyTorch.choices(what, options.threads()))) {
                    theirs = pyTorch.losses(steps);
                    report.version("PyTorch", pyTorch.version());
                }
                batches.forEach(batch -> ours.add((double) here.train(batch)));
            }
            Difference most = new Difference(0, 0);
            double sum = 0;
            for (int i = 0; i < steps; i++) {
                double share = Math.abs(ours.get(i) - theirs[i]) / theirs[i];
                most = share > most.share ? new Difference(share, i + 1) : most;
                sum += share;
            }
            same &= most.share <= tolerance;
            table.append(String.format(Locale.ROOT, "| %s | %.4f | %.4f | %.4f | %.3f %% | %d | %.3f %% |%n", recipe,
                    theirs[0], ours.getLast(), theirs[steps - 1], 100 * most.share, most.step, 100 * sum / steps));
        }
        report.measurePeak();
        String text = report.text("Losses, Scanline and PyTorch",
                "The loss of each of the first " + steps
                        + " training steps, from the same weights, on the same batches, at the same rates.",
                "losses --steps " + steps + " --recipes " + String.join(",", recipes), table.toString());
        Report.publish(text, Objects.requireNonNull(spec).commandLine().getOut(), options.out());
        return same ? 0 : 1;
    }
}
