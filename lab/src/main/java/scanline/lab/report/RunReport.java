package scanline.lab.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import scanline.engine.io.AtomicFile;
import scanline.lab.report.RunRecord.Outcome;
import scanline.lab.train.AttentionMap;
import scanline.lab.train.Experiment;
import scanline.lab.train.Measures;
import scanline.lab.train.Progress;
import scanline.lab.train.Run;
import scanline.lab.train.RunException;
import scanline.lab.train.SequenceMap;

/** What a finished run came to, in its folder: {@code report.md} with its pictures. */
public final class RunReport {
    static final String ATTENTION = "attention.svg";
    private static final String OF_CLASSES = """
            : the first
            test image of each of the first classes, read with the best weights. Rollout follows Abnar and Zuidema
            (2020): attention and what passes it by, half and half, multiplied through all blocks. What is taken of
            a step lies on the pixels of that step.
            """;
    private static final String OF_SEQUENCES = """
            : the first
            test pictures, read with the best weights. Encoder: what all steps together take of each step. Words: what
            each word (row) takes of each word before it and of itself (column), the start being the first. Word 1 and
            so on: what the word that is written takes of each step, on the pixels of that step; the last one is the end.
            """;

    private RunReport() {}

    /**
     * Writes {@code report.md} and {@code curves.svg}, and {@code attention.svg} where the model attends.
     *
     * @param experiment that of the run, with its best weights
     */
    public static void write(Experiment experiment, Run run) throws IOException {
        Path folder = run.folder();
        List<AttentionMap> maps = AttentionMap.of(experiment);
        List<SequenceMap> sequences = SequenceMap.of(experiment);
        String attention = "";
        if (!maps.isEmpty()) {
            AtomicFile.write(folder.resolve(ATTENTION), AttentionPicture.svg(maps));
            attention = AttentionPicture.title(maps.getFirst()) + OF_CLASSES;
        } else if (!sequences.isEmpty()) {
            AtomicFile.write(folder.resolve(ATTENTION), SequencePicture.svg(sequences));
            attention = SequencePicture.TITLE + OF_SEQUENCES;
        }
        RunRecord record = RunRecord.read(folder);
        AtomicFile.write(folder.resolve("curves.svg"), Curves.svg(record));
        AtomicFile.write(folder.resolve("report.md"), text(record, attention));
    }

    private static String text(RunRecord run, String attention) {
        Outcome outcome = run.outcome();
        if (outcome == null) {
            throw new RunException(run.name() + " is unfinished");
        }
        StringBuilder text = new StringBuilder();
        text.append("# ").append(run.name()).append("\n\n").append(run.key("about")).append(". Source: ")
                .append(run.key("source")).append(".\n\n```sh\n").append(run.command().text())
                .append("\n```\n\n| | |\n|---|---|\n");
        row(text, "test accuracy", "**" + ResultsTable.percent(outcome.accuracy()) + "**, "
                + ResultsTable.number(outcome.right()) + " of " + ResultsTable.number(outcome.examples()));
        row(text, "test loss", String.format(Locale.ROOT, "%.4f", outcome.loss()));
        outcome.measures()
                .forEach((name, value) -> row(text, "test " + Measures.title(name), Measures.value(name, value)));
        row(text, "best epoch", outcome.bestEpoch() + " of " + run.epochs().size() + ", validation accuracy "
                + ResultsTable.validation(run));
        row(text, "parameters", ResultsTable.number(run.parameters()));
        row(text, "training time", Progress.duration(outcome.seconds()));
        row(text, "weights (SHA-256)", "`" + outcome.weights() + "`");
        row(text, "commit", run.commit());
        row(text, "machine", run.machine());
        text.append("\n![loss and accuracy over the epochs](curves.svg)\n");
        if (!attention.isEmpty()) {
            text.append("\n## Attention\n").append(attention).append("\n![attention](attention.svg)\n");
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("| ").append(name).append(" | ").append(value.replace("|", "\\|")).append(" |\n");
    }
}
