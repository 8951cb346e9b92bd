package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import scanline.lab.train.Trained;

/** Which trained model a command uses. */
final class TrainedOptions {
    @Parameters(index = "0", paramLabel = "RUN|RECIPE", description = "A run, or a recipe with --weights.")
    private String trained = "";

    @Option(names = "--weights", paramLabel = "FILE",
            description = "A safetensors file, for example a PyTorch state_dict. Default: the run's best.")
    private @Nullable Path weights;

    /** Opens it as {@link Trained#open} does. */
    Trained open(List<String> overrides, int threads) throws IOException {
        return Trained.open(trained, weights, overrides, threads);
    }

    /** Opens it as {@link Trained#openAlone} does. */
    Trained openAlone(List<String> overrides, int threads) throws IOException {
        return Trained.openAlone(trained, weights, overrides, threads);
    }
}
