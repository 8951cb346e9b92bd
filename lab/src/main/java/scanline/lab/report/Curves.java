package scanline.lab.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

import scanline.lab.report.RunRecord.Outcome;
import scanline.lab.train.Run;

/**
 * Loss and accuracy over the epochs of a run, as a drawing. Both axes up are logarithmic: that of the loss, and that of
 * the errors, which stand for the accuracy, so that the last tenths of a point can be told apart.
 */
final class Curves {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 260;
    private static final int TOP = 58;
    private static final int BOTTOM = 218;
    private static final int PANEL_WIDTH = 286;
    private static final int MOST_POINTS = 200;
    private static final int MOST_TICKS = 9;
    private static final int MOST_EPOCH_TICKS = 10;
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

    private final RunRecord run;
    private final StringBuilder svg = new StringBuilder();

    /** An axis up, from the least to the most value, logarithmic; {@code down} where the most is at the bottom. */
    private record Axis(double least, double most, boolean down) {
        /** Between round numbers, around these values; values of 0, which have no logarithm, lie at the least one. */
        static Axis around(DoubleStream values, boolean down) {
            double[] positive = values.filter(value -> value > 0 && Double.isFinite(value)).sorted().toArray();
            if (positive.length == 0) {
                return new Axis(0.1, 1, down);
            }
            List<Double> rounds = rounds();
            double first = positive[0];
            double last = positive[positive.length - 1];
            double least = rounds.stream().filter(round -> round <= first).reduce((_, b) -> b).orElse(first);
            double most = rounds.stream().filter(round -> round >= last && round > least).findFirst().orElse(last * 2);
            return new Axis(least, most, down);
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
            return down ? TOP + share * (BOTTOM - TOP) : BOTTOM - share * (BOTTOM - TOP);
        }
    }

    private Curves(RunRecord run) {
        this.run = run;
    }

    /** The drawing. */
    static String svg(RunRecord run) {
        return new Curves(run).draw();
    }

    private String draw() {
        Outcome outcome = run.outcome();
        String title = run.name() + ", " + (outcome == null
                ? "unfinished"
                : String.format(Locale.ROOT, "test accuracy %.2f %%", 100 * outcome.accuracy()));
        svg.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\">%n",
                WIDTH, HEIGHT).replace("\r", ""));
        svg.append(STYLE);
        svg.append("<rect class=\"b\" x=\".5\" y=\".5\" width=\"719\" height=\"259\" rx=\"6\"/>\n");
        label(16, 24, "h", title);
        key(534, "t", "training");
        if (run.epochs().stream().anyMatch(Curves::held)) {
            key(620, "v", "validation");
        }
        panel(56, "loss", false, Run.Epoch::trainLoss, Run.Epoch::validationLoss);
        panel(418, "accuracy", true, epoch -> 1 - epoch.trainAccuracy(), epoch -> 1 - epoch.validationAccuracy());
        return svg.append("</svg>\n").toString();
    }

    private void key(int x, String line, String name) {
        svg.append("<path class=\"l ").append(line).append("\" d=\"M").append(x).append(" 20h18\"/>\n");
        label(x + 24, 24, "", name);
    }

    private void panel(int left, String name, boolean errors, ToDoubleFunction<Run.Epoch> train,
            ToDoubleFunction<Run.Epoch> validation) {
        List<Run.Epoch> epochs = run.epochs();
        Axis axis = Axis.around(epochs.stream().flatMapToDouble(
                epoch -> DoubleStream.of(train.applyAsDouble(epoch), validation.applyAsDouble(epoch))), errors);
        label(left, TOP - 12, "", name);
        for (double tick : axis.ticks()) {
            BigDecimal value = BigDecimal.valueOf(tick);
            svg.append("<path class=\"g\" d=\"M").append(left).append(' ').append(coordinate(axis.y(tick))).append('h')
                    .append(PANEL_WIDTH).append("\"/>\n");
            label(left - 6, axis.y(tick) + 4, "e", errors
                    ? plain(BigDecimal.ONE.subtract(value).movePointRight(2)) + " %"
                    : plain(value));
        }
        int last = epochs.getLast().epoch();
        for (int epoch = step(last); epoch <= last; epoch += step(last)) {
            label(x(left, epoch), BOTTOM + 17, "m", Integer.toString(epoch));
        }
        label(left + PANEL_WIDTH / 2.0, BOTTOM + 33, "m", last == 1 ? "epoch" : "epochs");
        line(left, axis, "t", epochs, train);
        line(left, axis, "v", epochs.stream().filter(Curves::held).toList(), validation);
        if (held(run.best())) {
            svg.append("<circle class=\"l v\" cx=\"").append(coordinate(x(left, run.best().epoch())))
                    .append("\" cy=\"").append(coordinate(axis.y(validation.applyAsDouble(run.best()))))
                    .append("\" r=\"4.5\"/>\n");
        }
    }

    /** A line through the epochs, thinned out where they lie closer than can be seen; one epoch alone is a dot. */
    private void line(int left, Axis axis, String line, List<Run.Epoch> epochs, ToDoubleFunction<Run.Epoch> figure) {
        if (epochs.isEmpty()) {
            return;
        }
        int stride = (epochs.size() + MOST_POINTS - 1) / MOST_POINTS;
        svg.append("<path class=\"l ").append(line).append("\" d=\"");
        for (int i = 0; i < epochs.size(); i++) {
            if (i % stride == 0 || i == epochs.size() - 1) {
                svg.append(i == 0 ? 'M' : 'L').append(coordinate(x(left, epochs.get(i).epoch()))).append(' ')
                        .append(coordinate(axis.y(figure.applyAsDouble(epochs.get(i)))));
            }
        }
        svg.append(epochs.size() == 1 ? "h.01\" style=\"stroke-width:6\"/>\n" : "\"/>\n");
    }

    private double x(int left, int epoch) {
        int last = run.epochs().getLast().epoch();
        return last == 1 ? left + PANEL_WIDTH / 2.0 : left + (double) PANEL_WIDTH * (epoch - 1) / (last - 1);
    }

    /** The round number of epochs from label to label. */
    private static int step(int last) {
        return rounds().stream().filter(round -> round >= 1 && last / round <= MOST_EPOCH_TICKS).findFirst()
                .orElse((double) last).intValue();
    }

    /** 1, 2 and 5 times the powers of ten. */
    private static List<Double> rounds() {
        List<Double> rounds = new ArrayList<>();
        for (int exponent = -9; exponent <= 6; exponent++) {
            for (int digit : new int[] {1, 2, 5}) {
                rounds.add(new BigDecimal(digit).scaleByPowerOfTen(exponent).doubleValue());
            }
        }
        return rounds;
    }

    private static boolean held(Run.Epoch epoch) {
        return !Double.isNaN(epoch.validationAccuracy());
    }

    private void label(double x, double y, String kind, String words) {
        svg.append("<text x=\"").append(coordinate(x)).append("\" y=\"").append(coordinate(y)).append('"')
                .append(kind.isEmpty() ? "" : " class=\"" + kind + "\"").append('>')
                .append(escaped(words)).append("</text>\n");
    }

    /** Words as XML's text. */
    static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.1f", value).replace(".0", "");
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
