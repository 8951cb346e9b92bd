package scanline.lab.report.figure;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import scanline.lab.base.Numbers;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.run.Run;

/**
 * Drawings of loss and accuracy over the epochs of runs. Both vertical axes are logarithmic: that of the loss, and that
 * of the accuracy in its error (1 - accuracy), so that the last tenths of a point can be told apart.
 */
public final class Curves {
    /** The number of runs that have distinguishable colors. */
    public static final int MOST_RUNS = 12;
    private static final int MOST_POINTS = 200;
    private static final int MOST_TIPS = 50;
    private static final int MOST_TICKS = 9;
    private static final int MOST_EPOCH_TICKS = 10;
    private static final Box OF_PAGE = new Box(400, 282, 58, 30, 326, 236);
    private static final String STYLE = """
            <style>
            text{font:11px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#59636e}
            .h{font-size:13px;font-weight:600;fill:#1f2328}
            .b{fill:#fff;stroke:#d1d9e0}
            .g{stroke:#e6eaef}
            .e{text-anchor:end}
            .m{text-anchor:middle}
            .l{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
            .t{stroke:#0969da}.v{stroke:#c4500b}
            @media(prefers-color-scheme:dark){
            text{fill:#9198a1}.h{fill:#f0f6fc}.b{fill:#0d1117;stroke:#3d444d}.g{stroke:#262c36}
            .t{stroke:#4493f8}.v{stroke:#f0883e}}
            </style>
            """;

    /** The style of drawings in a page: each run has one color, and training is dashed. */
    public static final String STYLE_OF_PAGE = """
            .curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:.5rem 1.5rem}
            .curves svg{display:block;width:100%;max-width:33rem;height:auto}
            .curves text{font:11px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:var(--soft)}
            .curves .h{font-size:13px;font-weight:600;fill:var(--ink)}
            .curves .g{stroke:var(--line)}
            .curves .e{text-anchor:end}
            .curves .m{text-anchor:middle}
            .curves .l{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
            .curves .t{stroke-width:1.5;stroke-dasharray:5 4}
            .curves .p{fill:transparent}
            .curves .p:hover{fill:currentColor}
            .curves .run{transition:opacity .15s}
            .curves svg:has(.run:hover) .run:not(:hover){opacity:.2}
            .run0{color:#0969da}.run1{color:#c4500b}.run2{color:#1a7f37}.run3{color:#8250df}
            .run4{color:#cf222e}.run5{color:#0b8494}.run6{color:#bf3989}.run7{color:#8a6100}
            .run8{color:#57606a}.run9{color:#5c8a00}.run10{color:#2d3fb8}.run11{color:#1f2328}
            @media screen and (prefers-color-scheme:dark){
            .run0{color:#58a6ff}.run1{color:#f0883e}.run2{color:#3fb950}.run3{color:#bc8cff}
            .run4{color:#ff7b72}.run5{color:#39c5cf}.run6{color:#ff80bf}.run7{color:#d8a520}
            .run8{color:#9198a1}.run9{color:#a5d64c}.run10{color:#8f9dff}.run11{color:#f0f6fc}}
            """;

    private final List<RunRecord> runs;
    private final Box box;
    private final boolean ofPage;
    private final StringBuilder svg = new StringBuilder();

    /** The size of a drawing in pixels, and the position of the axes of a panel in it. */
    private record Box(int width, int height, int left, int top, int across, int bottom) {
        Box at(int otherLeft) {
            return new Box(width, height, otherLeft, top, across, bottom);
        }
    }

    /** The figure of an epoch that a panel shows. */
    private record Figure(String name, boolean errors, ToDoubleFunction<Run.Epoch> train,
            ToDoubleFunction<Run.Epoch> validation) {
        static final Figure LOSS = new Figure("loss", false, Run.Epoch::trainLoss, Run.Epoch::validationLoss);
        static final Figure ACCURACY = new Figure("accuracy", true, epoch -> 1 - epoch.trainAccuracy(),
                epoch -> 1 - epoch.validationAccuracy());

        String text(double value) {
            return name + " " + (errors ? Numbers.percent(1 - value) : Numbers.fourDecimals(value));
        }
    }

    /** A logarithmic vertical axis from the least to the most value; {@code down} if the most is at the bottom. */
    private record Axis(double least, double most, boolean down, Box box) {
        /** Returns an axis between round numbers around these values; 0, without a logarithm, is drawn at the least. */
        static Axis around(DoubleStream values, boolean down, Box box) {
            double[] positive = values.filter(value -> value > 0 && Double.isFinite(value)).sorted().toArray();
            if (positive.length == 0) {
                return new Axis(0.1, 1, down, box);
            }
            List<Double> rounds = rounds();
            double first = positive[0];
            double last = positive[positive.length - 1];
            double least = rounds.stream().filter(round -> round <= first).reduce((_, b) -> b).orElse(first);
            double most = rounds.stream().filter(round -> round >= last && round > least).findFirst().orElse(last * 2);
            return new Axis(least, most, down, box);
        }

        List<Double> ticks() {
            List<Double> within = rounds().stream().filter(round -> round >= least && round <= most).toList();
            return within.size() <= MOST_TICKS
                    ? within
                    : within.stream().filter(round -> BigDecimal.valueOf(round).unscaledValue().toString()
                            .startsWith("1")).toList();
        }

        double y(double value) {
            double share = StrictMath.log(Math.max(value, least) / least) / StrictMath.log(most / least);
            int height = box.bottom - box.top;
            return down ? box.top + share * height : box.bottom - share * height;
        }
    }

    private Curves(List<RunRecord> runs, Box box, boolean ofPage) {
        this.runs = runs;
        this.box = box;
        this.ofPage = ofPage;
    }

    /** Returns a standalone drawing of one run, with its two panels side by side. */
    public static String svg(RunRecord run) {
        return new Curves(List.of(run), new Box(720, 260, 56, 58, 286, 218), false).standalone(run);
    }

    /**
     * Returns the drawings of runs for a page that has {@link #STYLE_OF_PAGE}: one of the loss and one of the
     * accuracy. Each point shows its value as a tooltip.
     *
     * @param runs at most {@value #MOST_RUNS}
     */
    public static String ofPage(List<RunRecord> runs) {
        return "<div class=\"curves\">\n" + new Curves(runs, OF_PAGE, true).drawing(Figure.LOSS)
                + new Curves(runs, OF_PAGE, true).drawing(Figure.ACCURACY) + "</div>\n";
    }

    private String standalone(RunRecord run) {
        Outcome outcome = run.outcome();
        String title = run.name() + ", " + (outcome == null
                ? "unfinished"
                : String.format(Locale.ROOT, "test accuracy %.2f %%", 100 * outcome.accuracy()));
        svg.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\">\n",
                box.width, box.height));
        svg.append(STYLE);
        svg.append("<rect class=\"b\" x=\".5\" y=\".5\" width=\"719\" height=\"259\" rx=\"6\"/>\n");
        label(16, 24, "h", title);
        key(534, "t", "training");
        if (run.epochs().stream().anyMatch(Curves::validated)) {
            key(620, "v", "validation");
        }
        panel(box, Figure.LOSS);
        panel(box.at(418), Figure.ACCURACY);
        return svg.append("</svg>\n").toString();
    }

    private String drawing(Figure figure) {
        svg.append("<svg viewBox=\"0 0 ").append(box.width).append(' ').append(box.height)
                .append("\" role=\"img\" aria-label=\"").append(Markup.escaped(figure.name + " over the epochs: "
                        + runs.stream().map(run -> run.name() + " ends with training "
                                + figure.text(figure.train.applyAsDouble(run.epochs().getLast())))
                                .collect(Collectors.joining("; "))))
                .append("\">\n");
        panel(box, figure);
        return svg.append("</svg>\n").toString();
    }

    private void key(int x, String line, String name) {
        svg.append("<path class=\"l ").append(line).append("\" d=\"M").append(x).append(" 20h18\"/>\n");
        label(x + 24, 24, "", name);
    }

    private void panel(Box at, Figure figure) {
        Axis axis = Axis.around(
                runs.stream().flatMap(run -> run.epochs().stream()).flatMapToDouble(epoch -> DoubleStream
                        .of(figure.train.applyAsDouble(epoch), figure.validation.applyAsDouble(epoch))),
                figure.errors, at);
        label(at.left, at.top - 12, ofPage ? "h" : "", figure.name);
        for (double tick : axis.ticks()) {
            BigDecimal value = BigDecimal.valueOf(tick);
            svg.append("<path class=\"g\" d=\"M").append(at.left).append(' ').append(coordinate(axis.y(tick)))
                    .append('h').append(at.across).append("\"/>\n");
            label(at.left - 6, axis.y(tick) + 4, "e", figure.errors
                    ? plain(BigDecimal.ONE.subtract(value).movePointRight(2)) + " %"
                    : plain(value));
        }
        int last = last();
        for (int epoch = step(last); epoch <= last; epoch += step(last)) {
            label(x(at, epoch), at.bottom + 17, "m", Integer.toString(epoch));
        }
        label(at.left + at.across / 2.0, at.bottom + 33, "m", last == 1 ? "epoch" : "epochs");
        for (int i = 0; i < runs.size(); i++) {
            if (ofPage) {
                svg.append("<g class=\"run run").append(i).append("\">\n");
            }
            lines(axis, runs.get(i), figure);
            svg.append(ofPage ? "</g>\n" : "");
        }
    }

    private void lines(Axis axis, RunRecord run, Figure figure) {
        List<Run.Epoch> validated = run.epochs().stream().filter(Curves::validated).toList();
        line(axis, "t", run.epochs(), figure.train);
        line(axis, "v", validated, figure.validation);
        if (validated(run.best())) {
            svg.append("<circle class=\"l v\" cx=\"").append(coordinate(x(axis.box, run.best().epoch())))
                    .append("\" cy=\"").append(coordinate(axis.y(figure.validation.applyAsDouble(run.best()))))
                    .append("\" r=\"4.5\"/>\n");
        }
        if (ofPage) {
            tips(axis, run, figure, "training", run.epochs(), figure.train);
            tips(axis, run, figure, "validation", validated, figure.validation);
        }
    }

    /** Draws a line through the epochs, thinned out where they are too close to be seen; a single epoch is a dot. */
    private void line(Axis axis, String line, List<Run.Epoch> epochs, ToDoubleFunction<Run.Epoch> figure) {
        if (epochs.isEmpty()) {
            return;
        }
        svg.append("<path class=\"l ").append(line).append("\" d=\"");
        char command = 'M';
        for (Run.Epoch epoch : thinned(epochs, MOST_POINTS)) {
            svg.append(command).append(coordinate(x(axis.box, epoch.epoch()))).append(' ')
                    .append(coordinate(axis.y(figure.applyAsDouble(epoch))));
            command = 'L';
        }
        svg.append(epochs.size() == 1 ? "h.01\" style=\"stroke-width:6\"/>\n" : "\"/>\n");
    }

    /** Adds the tooltips of the points of a line. */
    private void tips(Axis axis, RunRecord run, Figure figure, String part, List<Run.Epoch> epochs,
            ToDoubleFunction<Run.Epoch> value) {
        for (Run.Epoch epoch : thinned(epochs, MOST_TIPS)) {
            svg.append("<circle class=\"p\" cx=\"").append(coordinate(x(axis.box, epoch.epoch()))).append("\" cy=\"")
                    .append(coordinate(axis.y(value.applyAsDouble(epoch)))).append("\" r=\"4\"><title>")
                    .append(Markup.escaped(run.name() + ", epoch " + epoch.epoch() + ": " + part + " "
                            + figure.text(value.applyAsDouble(epoch))))
                    .append("</title></circle>\n");
        }
    }

    private static List<Run.Epoch> thinned(List<Run.Epoch> epochs, int most) {
        int stride = (epochs.size() + most - 1) / most;
        return IntStream.range(0, epochs.size()).filter(i -> i % stride == 0 || i == epochs.size() - 1)
                .mapToObj(epochs::get).toList();
    }

    private int last() {
        return runs.stream().mapToInt(run -> run.epochs().size()).max().orElseThrow();
    }

    private double x(Box at, int epoch) {
        int last = last();
        return last == 1 ? at.left + at.across / 2.0 : at.left + (double) at.across * (epoch - 1) / (last - 1);
    }

    /** Returns the number of epochs between labels, a round number. */
    private static int step(int last) {
        return rounds().stream().filter(round -> round >= 1 && last / round <= MOST_EPOCH_TICKS).findFirst()
                .orElse((double) last).intValue();
    }

    /** Returns 1, 2 and 5 times the powers of ten. */
    private static List<Double> rounds() {
        List<Double> rounds = new ArrayList<>();
        for (int exponent = -9; exponent <= 6; exponent++) {
            for (int digit : new int[] {1, 2, 5}) {
                rounds.add(new BigDecimal(digit).scaleByPowerOfTen(exponent).doubleValue());
            }
        }
        return rounds;
    }

    private static boolean validated(Run.Epoch epoch) {
        return !Double.isNaN(epoch.validationAccuracy());
    }

    private void label(double x, double y, String kind, String words) {
        svg.append("<text x=\"").append(coordinate(x)).append("\" y=\"").append(coordinate(y)).append('"')
                .append(kind.isEmpty() ? "" : " class=\"" + kind + "\"").append('>')
                .append(Markup.escaped(words)).append("</text>\n");
    }

    private static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.1f", value).replace(".0", "");
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
