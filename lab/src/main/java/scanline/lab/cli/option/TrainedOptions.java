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
import scanline.lab.run.Trained;

/** Which trained model a command uses. */
public final class TrainedOptions {
    @Parameters(index = "0", paramLabel = "RUN|RECIPE", description = "A run, or a recipe with --weights.")
    private String trained = "";

    @Option(names = "--weights", paramLabel = "FILE",
            description = "A safetensors file, for example a PyTorch state_dict. Default: the run's best.")
    private @Nullable Path weights;

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    /** Opens it as {@link Trained#open} does, and tells what was done to the weights so that they fit. */
    public Trained open(List<String> overrides, int threads) throws IOException {
        return told(Trained.open(trained, weights, overrides, threads));
    }

    /** Opens it as {@link Trained#openAlone} does, and tells what was done to the weights so that they fit. */
    public Trained openAlone(List<String> overrides, int threads) throws IOException {
        return told(Trained.openAlone(trained, weights, overrides, threads));
    }

    private Trained told(Trained opened) {
        CommandLine line = Objects.requireNonNull(command).commandLine();
        opened.loaded().lines().forEach(told -> Messages.warn(line, told));
        return opened;
    }
}
