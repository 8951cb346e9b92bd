package scanline.lab.report;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.AtomicFile;
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

/** Writes what a run came to as a {@link RunReportPage}, and refuses a run whose files do not fit together. */
public final class RunReport {
    /** What the page is called in the folder of a run. */
    public static final String FILE = "report.html";

    private RunReport() {}

    /**
     * Writes {@code report.html} into the folder of a run that has ended, and {@code attention.svg} where the model attends.
     *
     * @param experiment that of the run, with its best weights
     * @param test what their evaluation on the test examples showed
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
     * The page of a run as it stands. Until it has ended, the examples are those held out for validation: nobody is to
     * choose by the test images.
     *
     * @param experiment that of the run, with its best weights
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

    /** Of a new best epoch the weights are written first, then its row and the checkpoint. */
    private static void requireSaved(Run run, RunRecord record) throws IOException {
        String epoch = SafeTensors.read(run.best()).metadata().getOrDefault("epoch", "");
        if (record.outcome() == null && epoch.matches("\\d{1,9}")
                && Integer.parseInt(epoch) > record.epochs().size()) {
            throw new RunException(run.folder() + " was stopped while it saved epoch " + epoch
                    + ", of which it has the weights alone: go on with `scanline resume " + run.folder() + "`");
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
            throw new RunException(run.name() + ": best.safetensors is right about " + findings.correct() + " of "
                    + findings.examples() + " examples, but the run says " + correct
                    + ": the weights, the data or a key are not those of the run");
        }
    }
}
