package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import scanline.engine.io.AtomicFile;
import scanline.lab.train.Evaluation;
import scanline.lab.train.Experiment;
import scanline.lab.train.Experiment.Split;
import scanline.lab.train.Json;
import scanline.lab.train.RunException;

/** {@code scanline evaluate}: loss, accuracy and confusion matrix on a split. */
@Command(name = "evaluate", mixinStandardHelpOptions = true,
        description = "Prints the loss, the accuracy and the confusion matrix of a trained model.")
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Parameters(index = "0", paramLabel = "RUN|RECIPE", description = "A run, or a recipe with --weights.")
    private String trained = "";

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE",
            description = "Changes a key of the recipe, such as data.dir.")
    private List<String> overrides = List.of();

    @Option(names = "--weights", paramLabel = "FILE",
            description = "A safetensors file, for example a PyTorch state_dict. Default: the run's best.")
    private @Nullable Path weights;

    @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "test",
            description = "${COMPLETION-CANDIDATES}. Default: test.")
    private Split split = Split.TEST;

    @Option(names = "--logits", paramLabel = "FILE.csv",
            description = "Writes a line an example: index, label, logits.")
    private @Nullable Path logits;

    @Option(names = "--json", description = "Prints the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        try (Experiment experiment = Trained.open(trained, weights, overrides, threads.count())) {
            int[] examples = experiment.examples(split);
            if (examples.length == 0) {
                throw new RunException("the recipe holds out no examples for validation (data.validation=0)");
            }
            Evaluation evaluation = logits == null
                    ? evaluate(experiment, examples, Evaluation.Listener.NONE)
                    : writeLogits(experiment, examples, logits);
            print(Objects.requireNonNull(spec).commandLine().getOut(), experiment, evaluation);
            return CommandLine.ExitCode.OK;
        }
    }

    private Evaluation evaluate(Experiment experiment, int[] examples, Evaluation.Listener listener) {
        return Evaluation.of(experiment, experiment.loader(split), examples, listener);
    }

    private Evaluation writeLogits(Experiment experiment, int[] examples, Path file) throws IOException {
        StringBuilder lines = new StringBuilder("index,label");
        for (int c = 0; c < experiment.loader(split).classes(); c++) {
            lines.append(",logit").append(c);
        }
        lines.append('\n');
        Evaluation evaluation = evaluate(experiment, examples, (index, values, label) -> {
            lines.append(index).append(',').append(label);
            for (float value : values) {
                lines.append(',').append(value);
            }
            lines.append('\n');
        });
        AtomicFile.write(file, out -> out.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
        return evaluation;
    }

    private void print(PrintWriter out, Experiment experiment, Evaluation evaluation) {
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("split", split.name().toLowerCase(Locale.ROOT));
            result.put("accuracy", evaluation.accuracy());
            result.put("loss", evaluation.loss());
            result.put("confusion", evaluation.confusion());
            result.put("weights", experiment.weightsHash());
            out.println(Json.text(result));
        } else {
            out.printf(Locale.ROOT, "%s accuracy %.2f %%, loss %.4f%n%n", split.name().toLowerCase(Locale.ROOT),
                    100 * evaluation.accuracy(), evaluation.loss());
            confusion(out, evaluation.confusion(), experiment.dataset().classNames());
        }
        out.flush();
    }

    private static void confusion(PrintWriter out, int[][] confusion, List<String> names) {
        int width = Math.max("right\\taken for".length(), names.stream().mapToInt(String::length).max().orElse(0));
        out.printf("%-" + width + "s", "right\\taken for");
        for (int c = 0; c < confusion.length; c++) {
            out.printf("%7s", names.get(c).substring(0, Math.min(6, names.get(c).length())));
        }
        out.println();
        for (int c = 0; c < confusion.length; c++) {
            out.printf("%-" + width + "s", names.get(c));
            for (int count : confusion[c]) {
                out.printf("%7d", count);
            }
            out.println();
        }
    }
}
