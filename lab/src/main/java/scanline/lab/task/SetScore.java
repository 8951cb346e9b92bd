package scanline.lab.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The score of sets of labels: an answer is correct if it is the target set. Further measures are precision, recall and
 * F1, overall (of all labels counted together) and per class (the means of the labels' precisions and recalls, and the
 * harmonic mean of these two), as Wang et al. (2016) report them, and the mean of the average precisions of the labels
 * that are in at least one image.
 */
final class SetScore implements Score {
    private record Ranked(double score, boolean present) {}

    private final int classes;
    private final int[] present;
    private final int[] predictions;
    private final int[] both;
    private final List<List<Ranked>> ranked = new ArrayList<>();
    private int correct;

    SetScore(int classes) {
        this.classes = classes;
        present = new int[classes];
        predictions = new int[classes];
        both = new int[classes];
        for (int c = 0; c < classes; c++) {
            ranked.add(new ArrayList<>());
        }
    }

    @Override
    public void add(int[] target, Answer answer) {
        boolean all = true;
        for (int c = 0; c < classes; c++) {
            boolean inTarget = contains(target, c);
            boolean predicted = contains(answer.labels(), c);
            present[c] += inTarget ? 1 : 0;
            predictions[c] += predicted ? 1 : 0;
            both[c] += inTarget && predicted ? 1 : 0;
            all &= inTarget == predicted;
            ranked.get(c).add(new Ranked(answer.scores()[c], inTarget));
        }
        correct += all ? 1 : 0;
    }

    private static boolean contains(int[] labels, int label) {
        return IntStream.of(labels).anyMatch(other -> other == label);
    }

    @Override
    public int correct() {
        return correct;
    }

    @Override
    public List<LabelScore> labels() {
        return IntStream.range(0, classes)
                .mapToObj(c -> new LabelScore(c, present[c], predictions[c], both[c], averagePrecision(ranked.get(c))))
                .toList();
    }

    /**
     * Returns the average precision of a label. Images of equal score are one step of the ranking, so their order does
     * not matter.
     */
    private static double averagePrecision(List<Ranked> pictures) {
        List<Ranked> sorted = pictures.stream().sorted(Comparator.comparingDouble(Ranked::score).reversed()).toList();
        double sum = 0;
        int found = 0;
        for (int from = 0, to; from < sorted.size(); from = to) {
            int before = found;
            for (to = from; to < sorted.size()
                    && Double.compare(sorted.get(to).score, sorted.get(from).score) == 0; to++) {
                found += sorted.get(to).present ? 1 : 0;
            }
            sum += (found - before) * ((double) found / to);
        }
        return found == 0 ? 0 : sum / found;
    }

    @Override
    public Map<String, Double> measures() {
        int target = IntStream.of(present).sum();
        int predicted = IntStream.of(predictions).sum();
        int hits = IntStream.of(both).sum();
        LabelScore overall = new LabelScore(0, target, predicted, hits, 0);
        List<LabelScore> labels = labels();
        double precision = labels.stream().mapToDouble(LabelScore::precision).average().orElseThrow();
        double recall = labels.stream().mapToDouble(LabelScore::recall).average().orElseThrow();
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("overallPrecision", overall.precision());
        measures.put("overallRecall", overall.recall());
        measures.put("overallF1", overall.f1());
        measures.put("classPrecision", precision);
        measures.put("classRecall", recall);
        measures.put("classF1", LabelScore.harmonic(precision, recall));
        measures.put("meanAveragePrecision", labels.stream().filter(label -> label.present() > 0)
                .mapToDouble(LabelScore::averagePrecision).average().orElse(0));
        return measures;
    }
}
