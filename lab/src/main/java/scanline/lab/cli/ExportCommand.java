package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.engine.io.WeightsFile;
import scanline.engine.onnx.OnnxOperators;
import scanline.lab.cli.option.EnumNames;
import scanline.lab.cli.option.OutputFile;
import scanline.lab.cli.option.TrainedOptions;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.export.ExportFormat;
import scanline.lab.run.Trained;

/** The command {@code scanline export}. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = "Export a trained model to a file for other programs.")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private TrainedOptions trained = new TrainedOptions();

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE",
            description = "Recipe key to change, and its new value; for example data.dir=FOLDER.")
    private List<String> overrides = List.of();

    @Option(names = "--format", required = true, paramLabel = "FORMAT", completionCandidates = Formats.class,
            description = {"onnx: the complete model, from pixels to logits, for ONNX runtimes.",
                    "safetensors: the weights, with PyTorch's names."})
    private ExportFormat format = ExportFormat.ONNX;

    @Option(names = "--to", required = true, paramLabel = "FILE",
            description = "File to write or replace; - for standard output.")
    private OutputFile file = new OutputFile("");

    private OnnxOperators operators = OnnxOperators.OPSET_20;

    @Option(names = "--opset", paramLabel = "N",
            description = "Version of the ONNX operator set: 20, or 17 for older programs. Default: 20.")
    void opset(int wanted) {
        operators = Stream.of(OnnxOperators.values()).filter(known -> known.number() == wanted).findAny()
                .orElseThrow(() -> new ParameterException(Objects.requireNonNull(spec).commandLine(),
                        "--opset must be " + Stream.of(OnnxOperators.values())
                                .map(known -> Integer.toString(known.number())).collect(Collectors.joining(" or "))
                                + ", not " + wanted));
    }

    @Override
    public Integer call() throws IOException {
        file.requireWritable();
        try (Trained opened = trained.openAlone(overrides, Compute.with(1))) {
            Experiment experiment = opened.experiment();
            file.write(format.of(experiment, operators, opened.provenance())::writeTo);
            PrintWriter words = file.words(Objects.requireNonNull(spec).commandLine());
            words.printf(Locale.ROOT, "%s: %s, %,d parameters, SHA-256 %s%n", file,
                    format.name().toLowerCase(Locale.ROOT), experiment.weights().count(),
                    WeightsFile.hash(experiment.weights()));
            words.flush();
            return CommandLine.ExitCode.OK;
        }
    }

    /** What a shell completes. */
    static final class Formats extends EnumNames {
        Formats() {
            super(ExportFormat.class);
        }
    }
}
