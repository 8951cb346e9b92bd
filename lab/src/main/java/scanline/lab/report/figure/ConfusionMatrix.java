package scanline.lab.report.figure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.lab.base.Numbers;

/** A confusion matrix as a table whose cells are colored by their shares of the row. */
public final class ConfusionMatrix {
    private static final int MANY = 20; // with more labels, cells have no room for their shares
    private static final int SHORT = 3; // letters that fit above a column
    private static final int MOST_PAIRS = 5;
    private static final double STRONGEST = 0.55; // text must stand out from its background
    private static final double FAINTEST = 0.08;

    private final int[][] counts;
    private final List<String> names;
    private final double worst;

    /** A label predicted as another. */
    private record Pair(int label, int predicted, int count) {}

    /**
     * Creates a matrix.
     *
     * @param counts the number of labels (row) that were predicted as each label (column)
     * @param names the names of the labels
     */
    public ConfusionMatrix(int[][] counts, List<String> names) {
        this.counts = counts;
        this.names = names;
        worst = pairs().stream().mapToDouble(pair -> share(pair.label, pair.predicted)).max().orElse(0);
    }

    /** Returns a sentence with the most frequent mistakes. */
    public String worst() {
        List<Pair> pairs = pairs();
        return pairs.isEmpty()
                ? "No label was predicted as another."
                : "Most frequent mistakes: " + pairs.stream().limit(MOST_PAIRS)
                        .map(pair -> names.get(pair.label) + " predicted as " + names.get(pair.predicted) + " ("
                                + Numbers.whole(pair.count) + ", " + percent(pair.label, pair.predicted) + ")")
                        .collect(Collectors.joining(", ")) + ".";
    }

    /** Returns the matrix as an HTML table. */
    public String html() {
        boolean many = counts.length > MANY;
        boolean words = names.stream().limit(counts.length).anyMatch(name -> name.length() > SHORT);
        StringBuilder html = new StringBuilder("<table class=\"matrix").append(words ? " long" : "")
                .append(many ? " many" : "").append("\">\n<thead><tr><th scope=\"col\">actual \\ predicted</th>");
        for (int c = 0; c < counts.length; c++) {
            html.append("<th scope=\"col\"><span>").append(name(c)).append("</span></th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int label = 0; label < counts.length; label++) {
            html.append("<tr><th scope=\"row\">").append(name(label)).append("</th>");
            for (int predicted = 0; predicted < counts.length; predicted++) {
                cell(html, label, predicted, many);
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n").toString();
    }

    private void cell(StringBuilder html, int label, int predicted, boolean many) {
        int count = counts[label][predicted];
        html.append(label == predicted ? "<td class=\"d\"" : "<td");
        if (count > 0) {
            html.append(String.format(Locale.ROOT, " style=\"--a:%.2f\"", strength(label, predicted)))
                    .append(" title=\"").append(name(label)).append(" predicted as ").append(name(predicted))
                    .append(": ")
                    .append(Numbers.whole(count)).append(", ").append(percent(label, predicted)).append("\">")
                    .append(count).append(many ? "" : " <small>" + percent(label, predicted) + "</small>");
        } else {
            html.append('>');
        }
        html.append("</td>");
    }

    /** Returns the opacity of a cell. Mistakes are rare, so their own scale keeps them visible. */
    private double strength(int label, int predicted) {
        double share = share(label, predicted);
        return FAINTEST + (STRONGEST - FAINTEST) * (label == predicted ? share : Math.sqrt(share / worst));
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (int label = 0; label < counts.length; label++) {
            for (int predicted = 0; predicted < counts.length; predicted++) {
                if (label != predicted && counts[label][predicted] > 0) {
                    pairs.add(new Pair(label, predicted, counts[label][predicted]));
                }
            }
        }
        pairs.sort(Comparator.comparingInt(Pair::count).reversed());
        return pairs;
    }

    private double share(int label, int predicted) {
        return (double) counts[label][predicted] / IntStream.of(counts[label]).sum();
    }

    private String percent(int label, int predicted) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share(label, predicted));
    }

    private String name(int label) {
        return Markup.escaped(names.get(label));
    }
}
