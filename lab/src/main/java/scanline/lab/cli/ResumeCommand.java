package scanline.lab.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import scanline.lab.cli.option.RunOptions;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.option.TrainingOptions;
import scanline.lab.experiment.Experiment;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** The command {@code scanline resume}. */
@Command(name = "resume", mixinStandardHelpOptions = true,
        description = "Resume a stopped run; the weights are bit-identical to those of an uninterrupted run.")
final class ResumeCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    @Mixin
    private RunOptions options = new RunOptions();

    @Override
    public Integer call() throws IOException {
        Run run = Run.open(options.folder());
        try (Experiment experiment = new Experiment(run.recipe(options.overrides()), threads.compute())) {
            Provenance.requireSameData(run, experiment);
            return training.run(Objects.requireNonNull(spec).commandLine(), experiment, run, true);
        }
    }
}
