package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.export.ExportFormat;
import scanline.lab.train.Experiment;
import scanline.lab.train.Trained;

/** {@code scanline export}: a trained model as a file that others read. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = "Writes a trained model to a file for other programs.")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private TrainedOptions trained = new TrainedOptions();

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE",
            description = "Changes a key of the recipe, such as data.dir.")
    private List<String> overrides = List.of();

    @Option(names = "--format", required = true, paramLabel = "FORMAT",
            description = {"onnx: the whole way from pixels to logits, for ONNX runtimes.",
                    "safetensors: the weights by PyTorch's names."})
    private ExportFormat format = ExportFormat.ONNX;

    @Option(names = "--to", required = true, paramLabel = "FILE", description = "The file to write or to replace.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        OutputFile.requirePlace(file);
        try (Trained opened = trained.openAlone(overrides, 1)) {
            Experiment experiment = opened.experiment();
            format.write(file, experiment, opened.provenance());
            Objects.requireNonNull(spec).commandLine().getOut().printf(Locale.ROOT,
                    "%s: %s, %,d bytes, %,d parameters, SHA-256 %s%n", file, format.name().toLowerCase(Locale.ROOT),
                    Files.size(file), experiment.weights().count(), experiment.weightsHash());
            return CommandLine.ExitCode.OK;
        }
    }
}
