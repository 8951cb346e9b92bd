package scanline.lab.report.figure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.lab.base.Numbers;

/** A confusion matrix as a table whose cells are coloured by their shares of the row. */
public final class ConfusionMatrix {
    private static final int MANY = 20; // from here on the cells are too many to say their shares
    private static final int SHORT = 3; // letters that fit above a column
    private static final int MOST_PAIRS = 5;
    private static final double STRONGEST = 0.55; // text must stand out from what is behind it
    private static final double FAINTEST = 0.08;

    private final int[][] counts;
    private final List<String> names;
    private final double worst;

    /** One label taken for another. */
    private record Pair(int right, int taken, int count) {}

    /**
     * A matrix.
     *
     * @param counts how many labels (row) were taken for each label (column)
     * @param names of the labels
     */
    public ConfusionMatrix(int[][] counts, List<String> names) {
        this.counts = counts;
        this.names = names;
        worst = pairs().stream().mapToDouble(pair -> share(pair.right, pair.taken)).max().orElse(0);
    }

    /** The labels that were most often taken for another, in a sentence. */
    public String worst() {
        List<Pair> pairs = pairs();
        return pairs.isEmpty()
                ? "No label was taken for another."
                : "Most often: " + pairs.stream().limit(MOST_PAIRS)
                        .map(pair -> names.get(pair.right) + " taken for " + names.get(pair.taken) + " ("
                                + Numbers.whole(pair.count) + ", " + percent(pair.right, pair.taken) + ")")
                        .collect(Collectors.joining(", ")) + ".";
    }

    /** The table. */
    public String html() {
        boolean many = counts.length > MANY;
        boolean words = names.stream().limit(counts.length).anyMatch(name -> name.length() > SHORT);
        StringBuilder html = new StringBuilder("<table class=\"matrix").append(words ? " long" : "")
                .append(many ? " many" : "").append("\">\n<thead><tr><th scope=\"col\">right \\ taken for</th>");
        for (int c = 0; c < counts.length; c++) {
            html.append("<th scope=\"col\"><span>").append(name(c)).append("</span></th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int right = 0; right < counts.length; right++) {
            html.append("<tr><th scope=\"row\">").append(name(right)).append("</th>");
            for (int taken = 0; taken < counts.length; taken++) {
                cell(html, right, taken, many);
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n").toString();
    }

    private void cell(StringBuilder html, int right, int taken, boolean many) {
        int count = counts[right][taken];
        html.append(right == taken ? "<td class=\"d\"" : "<td");
        if (count > 0) {
            html.append(String.format(Locale.ROOT, " style=\"--a:%.2f\"", strength(right, taken)))
                    .append(" title=\"").append(name(right)).append(" taken for ").append(name(taken)).append(": ")
                    .append(Numbers.whole(count)).append(", ").append(percent(right, taken)).append("\">")
                    .append(count).append(many ? "" : " <small>" + percent(right, taken) + "</small>");
        } else {
            html.append('>');
        }
        html.append("</td>");
    }

    /** Mistakes are few beside what is right, so they have a scale of their own, on which the rare ones are seen too. */
    private double strength(int right, int taken) {
        double share = share(right, taken);
        return FAINTEST + (STRONGEST - FAINTEST) * (right == taken ? share : Math.sqrt(share / worst));
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (int right = 0; right < counts.length; right++) {
            for (int taken = 0; taken < counts.length; taken++) {
                if (right != taken && counts[right][taken] > 0) {
                    pairs.add(new Pair(right, taken, counts[right][taken]));
                }
            }
        }
        pairs.sort(Comparator.comparingInt(Pair::count).reversed());
        return pairs;
    }

    private double share(int right, int taken) {
        return (double) counts[right][taken] / IntStream.of(counts[right]).sum();
    }

    private String percent(int right, int taken) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share(right, taken));
    }

    private String name(int label) {
        return Markup.escaped(names.get(label));
    }
}
