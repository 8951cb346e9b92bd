package scanline.lab.report.figure;

import java.util.List;
import java.util.Locale;
import scanline.lab.base.Numbers;
import scanline.lab.insight.AccuracyAfterSteps;
import scanline.lab.insight.AccuracyAfterSteps.Point;

/** A chart of the accuracy over the steps read, in the size and the style of {@link Curves#ofPage}. */
public final class StepsChart {
    private static final int WIDTH = 400;
    private static final int HEIGHT = 282;
    private static final int LEFT = 58;
    private static final int RIGHT = 384;
    private static final int TOP = 14;
    private static final int BOTTOM = 236;
    private static final int LINES = 5;

    private StepsChart() {}

    /** Returns the chart as HTML. */
    public static String svg(AccuracyAfterSteps accuracy) {
        List<Point> points = accuracy.points();
        int last = points.getLast().steps();
        StringBuilder svg = new StringBuilder("<div class=\"curves run0\"><svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"accuracy over the steps read\">\n");
        for (int i = 0; i <= LINES; i++) {
            double share = (double) i / LINES;
            svg.append(String.format(Locale.ROOT, "<path class=\"g\" d=\"M%d %.1fh%d\"/>\n", LEFT, y(share),
                    RIGHT - LEFT));
            text(svg, LEFT - 6, y(share) + 4, "e", Math.round(100 * share) + " %");
            int step = (int) Math.round(share * last);
            text(svg, x(step, last), BOTTOM + 17, "m", Integer.toString(step));
        }
        text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 36, "m", "steps read");
        svg.append("<path class=\"l\" d=\"");
        for (int i = 0; i < points.size(); i++) {
            svg.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", x(points.get(i).steps(), last),
                    y(points.get(i).accuracy())));
        }
        svg.append("\"/>\n");
        for (Point point : points) {
            svg.append(String.format(Locale.ROOT, "<circle class=\"p\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s"
                    + "</title></circle>\n", x(point.steps(), last), y(point.accuracy()),
                    "after " + point.steps() + (point.steps() == 1 ? " step: " : " steps: ")
                            + Numbers.percent(point.accuracy())));
        }
        return svg.append("</svg></div>\n").toString();
    }

    private static double x(int step, int last) {
        return LEFT + (double) (RIGHT - LEFT) * step / last;
    }

    private static double y(double share) {
        return BOTTOM - share * (BOTTOM - TOP);
    }

    private static void text(StringBuilder svg, double x, double y, String kind, String words) {
        svg.append(
                String.format(Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", kind, x, y, words));
    }
}
