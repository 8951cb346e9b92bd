package scanline.lab.report;

import java.util.List;

import scanline.lab.base.RunException;
import scanline.lab.record.RunRecord;
import scanline.lab.report.figure.Curves;
import scanline.lab.report.figure.Markup;

/** A comparison as one self-contained {@link Page}. */
public final class ComparisonPage {
    private ComparisonPage() {}

    /**
     * Returns the page with the curves, tables and notes of a comparison.
     *
     * @throws RunException if there are more runs than colors
     */
    public static String of(Comparison comparison) {
        List<RunRecord> runs = comparison.runs();
        if (runs.size() > Curves.MOST_RUNS) {
            throw new RunException("a page shows at most " + Curves.MOST_RUNS + " runs, not " + runs.size()
                    + ": more curves cannot be told apart");
        }
        Page page = new Page(runs.size() == 1 ? runs.getFirst().name() : runs.size() + " runs compared");
        page.add("<ol class=\"runs\">\n");
        for (int i = 0; i < runs.size(); i++) {
            page.add("<li>" + Page.swatch(i) + "<b>" + (i + 1) + "  " + Markup.escaped(runs.get(i).name())
                    + "</b> <code>"
                    + Markup.escaped(runs.get(i).command().text()) + "</code></li>\n");
        }
        page.add("</ol>\n" + Curves.ofPage(runs));
        page.paragraph("soft",
                "Training is dashed, validation solid; the ring is the best epoch. The vertical axes are logarithmic,"
                        + " in the loss and in the error (1 - accuracy). Point at a line to highlight it, and at a point"
                        + " of it for its value.");
        page.section("Results");
        page.tableOfRuns("results of the runs", comparison.outcomes());
        List<String> notes = comparison.notes();
        if (!notes.isEmpty()) {
            page.list(notes);
        }
        page.paragraph("soft",
                "Accuracies are shares of the images whose whole answer is correct; losses are means in nats. The"
                        + " best epoch is chosen on training images held out for validation; the test images choose"
                        + " nothing.");
        page.section("Differences");
        Table differences = comparison.differences();
        if (differences.rows().isEmpty()) {
            page.paragraph("The recipes differ at most in the seed.");
        } else {
            page.tableOfRuns("differences between the runs", differences);
        }
        page.section("Common settings");
        page.keys(comparison.same());
        return page.text();
    }
}
