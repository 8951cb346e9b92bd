package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import scanline.data.base.TextFile;
import scanline.lab.format.Csv;
import scanline.lab.run.History;
import scanline.lab.run.History.Distribution;
import scanline.lab.run.Run;

/** The data for the page of a run, read from its files. */
final class RunPage {
    private static final int BINS = 48;
    private static final int LONGEST_TABLE_BYTES = 1 << 20;

    private RunPage() {}

    static Map<String, Object> of(Run run, Summary summary) {
        RunFacts facts = RunFacts.of(run);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("summary", summary);
        List<String> problems = new ArrayList<>(facts.problems());
        page.put("losses", losses(run, problems));
        page.put("problems", problems);
        page.put("provenance", facts.provenance());
        page.put("result", facts.result());
        page.put("epochs", facts.epochs().stream().map(RunPage::epoch).toList());
        page.put("confusion", confusion(run));
        page.put("labels", labels(run));
        return page;
    }

    /** A row of the metrics; NaN and infinity become null. */
    private static Map<String, Object> epoch(Run.Epoch epoch) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("epoch", epoch.epoch());
        row.put("step", epoch.step());
        row.put("seconds", epoch.seconds());
        row.put("examplesPerSecond", Summary.finite(epoch.examplesPerSecond()));
        row.put("rate", Summary.finite(epoch.rate()));
        row.put("trainLoss", epoch.trainLoss());
        row.put("trainAccuracy", epoch.trainAccuracy());
        row.put("validationLoss", Summary.finite(epoch.validationLoss()));
        row.put("validationAccuracy", Summary.finite(epoch.validationAccuracy()));
        return row;
    }

    /** Steps and their losses, in two lists. */
    private static Map<String, Object> losses(Run run, List<String> problems) {
        List<History.Loss> losses = List.of();
        try {
            losses = History.losses(run);
        } catch (IOException _) {
            problems.add("the events of this run cannot be read");
        }
        return Map.of("steps", losses.stream().map(History.Loss::step).toList(), "values",
                losses.stream().map(loss -> Summary.finite(loss.loss())).toList());
    }

    /** The confusion matrix that the run wrote at its end; empty if it cannot be read. */
    private static int[][] confusion(Run run) {
        try {
            return Files.isRegularFile(run.folder().resolve(Run.CONFUSION)) ? run.confusion() : new int[0][];
        } catch (IOException _) {
            return new int[0][];
        }
    }

    /** The rows of the label table that the run wrote at its end; empty if it cannot be read. */
    private static List<List<String>> labels(Run run) {
        Path file = run.folder().resolve(Run.LABELS);
        try {
            return Files.isRegularFile(file) ? Csv.rows(TextFile.read(file, LONGEST_TABLE_BYTES)) : List.of();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** The distributions of weights and gradients, each in equal bins over the range of all its epochs. */
    static Map<String, Object> histograms(Run run) throws IOException {
        Map<String, Object> histograms = new LinkedHashMap<>();
        History.of(run).histograms().forEach((tag, all) -> {
            if (!all.isEmpty()) {
                double min = all.stream().mapToDouble(Distribution::min).min().orElse(0);
                double max = all.stream().mapToDouble(Distribution::max).max().orElse(0);
                histograms.put(tag, Map.of("min", min, "max", max, "rows", all.stream()
                        .map(one -> Map.of("step", one.step(), "counts", binned(one, min, max))).toList()));
            }
        });
        return histograms;
    }

    /** Rebins a distribution; the count of a bucket is spread evenly over its width. */
    static double[] binned(Distribution distribution, double min, double max) {
        double[] bins = new double[BINS];
        double width = (max - min) / BINS;
        double left = distribution.min();
        for (int i = 0; i < distribution.limits().length; i++) {
            double right = Math.min(distribution.limits()[i], distribution.max());
            double count = distribution.counts()[i];
            if (count > 0) {
                spread(bins, count, (left - min) / width, (Math.max(left, right) - min) / width);
            }
            left = Math.max(left, right);
        }
        return Arrays.stream(bins).map(count -> Math.round(count * 10) / 10.0).toArray();
    }

    private static void spread(double[] bins, double count, double from, double to) {
        int first = Math.clamp((long) from, 0, BINS - 1);
        int last = Math.clamp((long) to, 0, BINS - 1);
        if (!(to > from) || first == last) {
            bins[first] += count;
            return;
        }
        for (int bin = first; bin <= last; bin++) {
            bins[bin] += count * Math.max(0, Math.min(to, bin + 1) - Math.max(from, bin)) / (to - from);
        }
    }
}
