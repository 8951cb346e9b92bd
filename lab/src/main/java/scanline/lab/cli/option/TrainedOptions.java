package scanline.lab.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.experiment.Compute;
import scanline.lab.run.Trained;

/** The arguments that name a trained model. */
public final class TrainedOptions {
    @Parameters(index = "0", paramLabel = "RUN|RECIPE", description = "Run folder, or a recipe with --weights.")
    private String trained = "";

    @Option(names = "--weights", paramLabel = "FILE",
            description = "Safetensors file, for example a PyTorch state_dict. Default: the run's best weights.")
    private @Nullable Path weights;

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    /** Opens the model as {@link Trained#open} does, and warns of every change that made the weights fit. */
    public Trained open(List<String> overrides, Compute compute) throws IOException {
        return warned(Trained.open(trained, weights, overrides, compute));
    }

    /** Opens the model as {@link Trained#openAlone} does, and warns of every change that made the weights fit. */
    public Trained openAlone(List<String> overrides, Compute compute) throws IOException {
        return warned(Trained.openAlone(trained, weights, overrides, compute));
    }

    private Trained warned(Trained opened) {
        CommandLine line = Objects.requireNonNull(command).commandLine();
        opened.loaded().lines().forEach(change -> Messages.warn(line, change));
        return opened;
    }
}
