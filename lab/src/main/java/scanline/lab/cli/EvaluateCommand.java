package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.Json;
import scanline.lab.base.Numbers;
import scanline.lab.base.RunException;
import scanline.lab.cli.option.EnumNames;
import scanline.lab.cli.option.OutputFile;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.option.TrainedOptions;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.model.Autoregressive;
import scanline.lab.report.Table;
import scanline.lab.run.Trained;
import scanline.lab.run.TrainedOn;
import scanline.lab.task.LabelScore;
import scanline.lab.task.Measures;

/** The command {@code scanline evaluate}. */
@Command(name = "evaluate", mixinStandardHelpOptions = true,
        description = "Print the loss, the accuracy and other measures of a trained model.")
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private TrainedOptions trained = new TrainedOptions();

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE",
            description = "Recipe key to change, and its new value; for example data.dir=FOLDER.")
    private List<String> overrides = List.of();

    @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "test", completionCandidates = Splits.class,
            description = "Split to evaluate: ${COMPLETION-CANDIDATES}. Default: test.")
    private Split split = Split.TEST;

    @Option(names = "--logits", paramLabel = "FILE.csv",
            description = "Write one line per example: index, label or labels, logits; - for standard output.")
    private @Nullable OutputFile logits;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (logits != null) {
            logits.requireWritable();
        }
        try (Trained opened = trained.open(overrides, threads.compute())) {
            Experiment experiment = opened.experiment();
            TrainedOn trainedOn = TrainedOn.of(opened, split, overrides);
            if (logits != null && experiment.network() instanceof Autoregressive) {
                throw new RunException("--logits: this model has no logits for an image, because it writes one label"
                        + " after the other");
            }
            Examples examples = experiment.examples(split);
            if (examples.isEmpty()) {
                throw new RunException(
                        "the recipe has no validation set (see data.validation and data.canvas.validation)");
            }
            Evaluation evaluation = logits == null
                    ? Evaluation.of(experiment, examples, Evaluation.Listener.NONE)
                    : writeLogits(experiment, examples, logits);
            CommandLine line = Objects.requireNonNull(spec).commandLine();
            experiment.dataset().oddities().forEach(oddity -> Messages.warn(line, oddity));
            print(logits == null ? line.getOut() : logits.words(line), experiment, evaluation, trainedOn);
            return CommandLine.ExitCode.OK;
        }
    }

    private static Evaluation writeLogits(Experiment experiment, Examples examples, OutputFile file)
            throws IOException {
        StringBuilder lines = new StringBuilder("index,label");
        for (int c = 0; c < experiment.input().classes(); c++) {
            lines.append(",logit").append(c);
        }
        lines.append('\n');
        Evaluation evaluation = Evaluation.of(experiment, examples, (index, target, answer) -> {
            lines.append(index).append(',')
                    .append(IntStream.of(target).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
            for (float value : answer.logits()) {
                lines.append(',').append(value);
            }
            lines.append('\n');
        });
        file.write(lines.toString());
        return evaluation;
    }

    private void print(PrintWriter out, Experiment experiment, Evaluation evaluation, @Nullable TrainedOn trainedOn) {
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("split", split.name().toLowerCase(Locale.ROOT));
            result.put("accuracy", evaluation.accuracy());
            result.put("loss", evaluation.loss());
            result.putAll(evaluation.measures());
            result.put("examples", evaluation.examples());
            result.put("classes", experiment.dataset().classNames());
            if (trainedOn != null) {
                Map<String, @Nullable Object> data = new LinkedHashMap<>();
                data.put("sameAsTrained", trainedOn.isSame());
                data.put("differences", trainedOn.differences());
                data.put("images", trainedOn.images());
                data.put("trainedOn", trainedOn.seen());
                result.put("data", data);
            }
            if (evaluation.confusion().length > 0) {
                result.put("confusion", evaluation.confusion());
            }
            if (!evaluation.labels().isEmpty()) {
                result.put("labels", evaluation.labels());
            }
            result.put("weights", WeightsFile.hash(experiment.weights()));
            out.println(Json.text(result));
        } else {
            out.printf(Locale.ROOT, "%s accuracy %.2f %%, loss %.4f%n", split.name().toLowerCase(Locale.ROOT),
                    100 * evaluation.accuracy(), evaluation.loss());
            if (trainedOn != null) {
                data(trainedOn).ifPresent(out::println);
            }
            evaluation.measures().forEach((name, value) -> out.println(Measures.text(name, value)));
            out.println();
            List<String> names = experiment.dataset().classNames();
            if (evaluation.confusion().length > 0) {
                out.print(confusion(evaluation.confusion(), names).text());
            }
            if (!evaluation.labels().isEmpty()) {
                out.print(labels(evaluation.labels(), names).text());
            }
        }
        out.flush();
    }

    /** Returns a warning that the accuracy may not be that of unseen images of the run's data; empty if it is. */
    private Optional<String> data(TrainedOn trainedOn) {
        Integer seen = trainedOn.seen();
        if (trainedOn.isSame() && seen != null && seen == (split == Split.TRAIN ? trainedOn.images() : 0)) {
            return Optional.empty();
        }
        String what = trainedOn.isSame()
                ? "the validation set is not that of the run"
                : "not the data of the run (" + String.join(", ", trainedOn.differences()) + ")";
        return Optional.of("data: " + what + "; " + (seen == null
                ? "the images that the run was trained on are not available for comparison"
                : String.format(Locale.ROOT, "%,d of %,d images are among those that the run was trained on", seen,
                        trainedOn.images())));
    }

    private static Table confusion(int[][] confusion, List<String> names) {
        Table table = Table.ofFigures(row("actual\\predicted", names.stream()));
        for (int c = 0; c < confusion.length; c++) {
            table.row(row(names.get(c), IntStream.of(confusion[c]).mapToObj(Integer::toString)));
        }
        return table;
    }

    private static String[] row(String name, Stream<String> cells) {
        return Stream.concat(Stream.of(name), cells).toArray(String[]::new);
    }

    private static Table labels(List<LabelScore> labels, List<String> names) {
        Table table = Table.ofFigures("label", "present", "predicted", "correct", "precision", "recall", "F1",
                "average precision");
        for (LabelScore label : labels) {
            table.row(row(names.get(label.label()), Stream.concat(
                    IntStream.of(label.present(), label.predicted(), label.correct()).mapToObj(Integer::toString),
                    DoubleStream.of(label.precision(), label.recall(), label.f1(), label.averagePrecision())
                            .mapToObj(Numbers::fourDecimals))));
        }
        return table;
    }

    /** What a shell completes. */
    static final class Splits extends EnumNames {
        Splits() {
            super(Split.class);
        }
    }
}
