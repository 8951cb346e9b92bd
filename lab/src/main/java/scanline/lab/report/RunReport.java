package scanline.lab.report;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import scanline.engine.file.AtomicFile;
import scanline.engine.io.SafeTensors;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.Findings;
import scanline.lab.record.Records;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecordReader;
import scanline.lab.report.RunReportPage.Attention;
import scanline.lab.run.Run;

/** Writes the {@link RunReportPage} of a run, and refuses a run whose files are inconsistent. */
public final class RunReport {
    /** The file name of the page in a run folder. */
    public static final String FILE = "report.html";

    private RunReport() {}

    /**
     * Writes {@code report.html} into the folder of a finished run, and {@code attention.svg} if the model attends.
     *
     * @param experiment the experiment of the run, with its best weights
     * @param test the findings of these weights on the test examples
     */
    public static void write(Experiment experiment, Run run, Findings test) throws IOException {
        Attention attention = Attention.of(experiment);
        if (attention != null) {
            AtomicFile.write(run.folder().resolve(RunRecord.ATTENTION), attention.svg());
        }
        RunReportPage page = new RunReportPage(experiment, RunRecordReader.read(run.folder()), test, attention);
        AtomicFile.write(run.folder().resolve(FILE), page.text());
    }

    /**
     * Returns the page of a run in its current state. Until the run is finished, the examples are those of the
     * validation set, so that the test images cannot influence a choice.
     *
     * @param experiment the experiment of the run, with its best weights
     * @throws RunException if the run lacks a file or an epoch, or the weights or the data are not those of the run
     */
    public static String page(Experiment experiment, Run run) throws IOException {
        Records.require(run.folder(), "report");
        RunRecord record = RunRecordReader.read(run.folder());
        Split split = record.outcome() == null ? Split.VALIDATION : Split.TEST;
        Findings findings = experiment.examples(split).isEmpty() ? null : Findings.of(experiment, split);
        requireSaved(run, record);
        requireSame(record, findings);
        return new RunReportPage(experiment, record, findings,
                record.outcome() == null ? null : Attention.of(experiment)).text();
    }

    /** Requires the row of the best epoch: its weights are written first, then its row and the checkpoint. */
    private static void requireSaved(Run run, RunRecord record) throws IOException {
        String epoch = SafeTensors.read(run.best()).metadata().getOrDefault("epoch", "");
        if (record.outcome() == null && epoch.matches("\\d{1,9}")
                && Integer.parseInt(epoch) > record.epochs().size()) {
            throw new RunException(run.folder() + " was stopped while it saved epoch " + epoch
                    + " and has only the weights of that epoch: resume it with `scanline resume " + run.folder()
                    + "`");
        }
    }

    private static void requireSame(RunRecord run, @Nullable Findings findings) {
        if (findings == null) {
            return;
        }
        long correct = run.outcome() == null
                ? Math.round(run.best().validationAccuracy() * findings.examples())
                : run.outcome().correct();
        if (findings.correct() != correct) {
            throw new RunException(run.name() + ": best.safetensors is correct on " + findings.correct() + " of "
                    + findings.examples() + " examples, but the run recorded " + correct
                    + ": the weights, the data or a key are not those of the run");
        }
    }
}
