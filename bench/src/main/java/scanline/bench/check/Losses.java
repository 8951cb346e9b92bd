package scanline.bench.check;

import java.io.IOException;
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
import scanline.bench.peer.Case;
import scanline.bench.peer.PeerFolder;
import scanline.bench.peer.PyTorch;
import scanline.bench.peer.Report;
import scanline.bench.peer.SidesOptions;
import scanline.bench.peer.Steps;
import scanline.data.sequence.Batch;

/**
 * {@code ./build bench losses}: checks that training equals PyTorch's: compares the losses of all steps, from the same
 * weights, on the same batches, at the same learning rates.
 */
@Command(name = "losses", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Trains in Scanline and PyTorch from the same weights and compares the losses of all steps.")
public final class Losses implements Callable<Integer> {
    // Together they cover every kind of layer except the RNN with ReLU, every optimizer, clipping and a schedule. None
    // has dropout, for which each side draws its own random numbers.
    private static final List<String> RECIPES = List.of("lstm-pixels", "gru-rows-deep", "rnn-rows", "vit",
            "row-transformer", "cnn");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "200",
            description = "Number of steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--recipes", paramLabel = "NAME", split = ",",
            description = "Recipes to train. Default: one of each kind.")
    private List<String> recipes = RECIPES;

    @Option(names = "--tolerance", paramLabel = "SHARE", defaultValue = "0.01",
            description = "Largest difference allowed, as a share of PyTorch's loss. Default: ${DEFAULT-VALUE}.")
    private double tolerance;

    @Option(names = "--double",
            description = "Also compare both with PyTorch in double precision, to show the effect of rounding.")
    private boolean exact;

    /** The largest difference as a share of the expected value, its step, and the mean difference. */
    private record Difference(double most, int step, double mean) {
        static Difference of(double[] actual, double[] expected) {
            double most = 0;
            int at = 0;
            double sum = 0;
            for (int i = 0; i < expected.length; i++) {
                double share = Math.abs(actual[i] - expected[i]) / expected[i];
                sum += share;
                if (share > most) {
                    most = share;
                    at = i + 1;
                }
            }
            return new Difference(most, at, sum / expected.length);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.4f %% at step %d, mean %.4f %%", 100 * most, step, 100 * mean);
        }
    }

    @Override
    public Integer call() throws IOException {
        Report report = new Report(options.threads());
        StringBuilder table = new StringBuilder(
                "| recipe | first loss | last loss, Scanline | PyTorch | largest difference |")
                .append(exact ? " Scanline from double precision | PyTorch from double precision |\n" : "\n")
                .append("|---|--:|--:|--:|---|").append(exact ? "---|---|\n" : "\n");
        boolean same = true;
        for (String recipe : recipes) {
            Case what = Case.training(recipe);
            double[] ours;
            double[] theirs;
            double[] exactly = {};
            try (Steps here = new Steps(what.settings(), options.threads())) {
                List<Batch> batches = here.batches(steps);
                try (PyTorch pyTorch = new PyTorch(options.python(), PeerFolder.of(what, here, batches),
                        PyTorch.choices(what, options.threads()))) {
                    theirs = pyTorch.losses(steps, "float");
                    exactly = exact ? pyTorch.losses(steps, "double") : exactly;
                    report.version("PyTorch", pyTorch.version());
                }
                ours = batches.stream().mapToDouble(here::train).toArray();
            }
            Difference difference = Difference.of(ours, theirs);
            same &= difference.most <= tolerance;
            table.append(String.format(Locale.ROOT, "| %s | %.4f | %.4f | %.4f | %s |", recipe, theirs[0],
                    ours[steps - 1], theirs[steps - 1], difference));
            table.append(exact
                    ? " " + Difference.of(ours, exactly) + " | " + Difference.of(theirs, exactly) + " |\n"
                    : "\n");
        }
        report.measurePeak();
        String text = report.text("Losses, Scanline and PyTorch",
                "The loss of each of the first " + steps
                        + " training steps, from the same weights, on the same batches, at the same learning rates.",
                "losses --threads " + options.threads() + " --steps " + steps + " --recipes "
                        + String.join(",", recipes)
                        + (exact ? " --double" : ""),
                table.toString());
        Report.publish(text, Objects.requireNonNull(spec).commandLine().getOut(), options.out());
        return same ? 0 : 1;
    }
}
