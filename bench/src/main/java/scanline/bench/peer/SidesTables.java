package scanline.bench.peer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import scanline.bench.peer.Turns.Turn;
import scanline.bench.peer.Turns.Who;

/** The tables of {@link SideBySide}: one for training, one for prediction. */
final class SidesTables {
    private final Report report;
    private final boolean djl;

    /**
     * A row.
     *
     * @param flops the floating-point operations of the products
     * @param tuning the settings that made the other sides faster
     */
    record Row(Case what, double flops, Turns turns, String tuning) {}

    /** Creates tables with a column for DJL or without one. */
    SidesTables(Report report, boolean djl) {
        this.report = report;
        this.djl = djl;
    }

    /** Returns both tables, without an empty one. */
    String text(List<Row> rows) {
        List<Row> trained = rows.stream().filter(row -> row.what().trains()).toList();
        List<Row> predicted = rows.stream().filter(row -> !row.what().trains()).toList();
        StringBuilder text = new StringBuilder();
        if (!trained.isEmpty()) {
            text.append(training(trained));
        }
        if (!predicted.isEmpty()) {
            text.append(text.isEmpty() ? "" : "\n").append(prediction(predicted));
        }
        return text
                .append("""

                        The share of peak only counts the products: those of the forward pass, and in training twice as many for
                        the backward pass. Core to core is the time that a cache line takes from one core to another, measured
                        before and after each turn: the median, the minimum and the maximum. A round in which it more than doubled
                        is repeated and does not count.
                        """)
                .toString();
    }

    private String training(List<Row> rows) {
        StringBuilder table = new StringBuilder("| case | Scanline | PyTorch at its best | **ratio** (least to most) "
                + "| PyTorch, default settings | ratio |" + (djl ? " DJL | ratio |" : "")
                + " share of peak, Scanline | PyTorch | core to core | PyTorch's tuning |\n|---|--:|--:|--:|--:|--:|"
                + (djl ? "--:|--:|" : "") + "--:|--:|---|---|\n");
        rows.forEach(row -> table.append("| ").append(String.join(" | ", trainingCells(row))).append(" |\n"));
        return table
                + """

                        A ratio is the other side's time divided by Scanline's in the same round. PyTorch at its best is the
                        faster of its two turns in each round: one with default settings, one with the tuning of the last column.
                        Default settings that take more than 3 s per step are measured once.
                        """
                + (djl
                        ? """

                                DJL is measured with default settings, and only at training recurrent networks. On libtorch it has no
                                RMSProp, so Adam is used instead. It clips gradients by value only from above.
                                """
                        : "");
    }

    private List<String> trainingCells(Row row) {
        Turns taken = row.turns();
        double scanline = Turns.median(taken.of(Who.SCANLINE));
        double best = Turns.median(taken.bestOfPyTorch());
        List<String> cells = new ArrayList<>(List.of(row.what().title(), Report.milliseconds(scanline),
                Report.milliseconds(best), Report.spread(taken.ratios(taken.bestOfPyTorch()))));
        cells.addAll(timeAndRatio(taken, taken.withDefaults()));
        if (djl) {
            cells.addAll(timeAndRatio(taken, taken.of(Who.DJL)));
        }
        cells.addAll(List.of(report.share(row.flops(), scanline), report.share(row.flops(), best), taken.coreToCore(),
                row.tuning().isEmpty() ? "none helps" : row.tuning()));
        return cells;
    }

    private static List<String> timeAndRatio(Turns taken, List<Turn> theirs) {
        if (theirs.isEmpty()) {
            return List.of("-", "-");
        }
        List<Double> ratios = taken.ratios(theirs);
        return List.of(Report.milliseconds(Turns.median(theirs)),
                ratios.isEmpty() ? "-" : String.format(Locale.ROOT, "%.2f", Timings.median(ratios)));
    }

    private String prediction(List<Row> rows) {
        StringBuilder table = new StringBuilder("| case | Scanline (least to most) | ONNX Runtime | **ratio** "
                + "| PyTorch | **ratio** |" + (djl ? " DJL | ratio |" : "")
                + " share of peak, Scanline | core to core | settings |\n|---|--:|--:|--:|--:|--:|"
                + (djl ? "--:|--:|" : "") + "--:|---|---|\n");
        rows.forEach(row -> table.append("| ").append(String.join(" | ", predictionCells(row))).append(" |\n"));
        return table
                + """

                        Scanline's time is the median over its processes of the median turn of each, with those of the fastest
                        and the slowest process; that of another side is the median turn of its fastest process. A ratio is their
                        time divided by Scanline's. The other sides run with the settings in the last column that differ from
                        their defaults, which were the fastest. PyTorch also takes turns with default settings, and the faster
                        of the two counts; ONNX Runtime's threads, and whether they spin, are chosen anew in each process.
                        """
                + (djl ? """

                        DJL runs PyTorch's network as TorchScript, with PyTorch's settings.
                        """ : "");
    }

    private List<String> predictionCells(Row row) {
        Turns taken = row.turns();
        List<Double> processes = taken.processes(Who.SCANLINE);
        double scanline = Timings.median(processes);
        List<String> cells = new ArrayList<>(List.of(row.what().title(), Report.milliseconds(scanline) + " ("
                + Report.milliseconds(Collections.min(processes)) + " to "
                + Report.milliseconds(Collections.max(processes)) + ")"));
        cells.addAll(bestAndRatio(scanline, taken.fastestProcess(Who.ONNX), "**%.2f**"));
        cells.addAll(bestAndRatio(scanline, taken.fastestProcess(Who.TUNED, Who.DEFAULT), "**%.2f**"));
        if (djl) {
            cells.addAll(bestAndRatio(scanline, taken.fastestProcess(Who.DJL), "%.2f"));
        }
        cells.addAll(List.of(report.share(row.flops(), scanline), taken.coreToCore(), row.tuning()));
        return cells;
    }

    private static List<String> bestAndRatio(double scanline, double theirs, String format) {
        return List.of(Report.milliseconds(theirs), String.format(Locale.ROOT, format, theirs / scanline));
    }
}
