package scanline.lab.report;

import java.util.List;

import scanline.lab.base.RunException;
import scanline.lab.record.RunRecord;
import scanline.lab.report.figure.Curves;
import scanline.lab.report.figure.Markup;

/** A comparison as one page that needs no other file and no network: {@link Page}. */
public final class ComparisonPage {
    private ComparisonPage() {}

    /**
     * The curves, tables and notes of a comparison.
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
                "Training dashed, validation solid; the ring is the best epoch. Loss, and errors in place of accuracy,"
                        + " go up by the logarithm. Point at a line to see it alone, and at a point of it for its figure.");
        page.section("Results");
        page.tableOfRuns("what each run came to", comparison.outcomes());
        List<String> notes = comparison.notes();
        if (!notes.isEmpty()) {
            page.list(notes);
        }
        page.paragraph("soft",
                "Accuracies are shares of the images that are answered wholly rightly; losses are means in nats. The best"
                        + " epoch is chosen by validation, on training images held out; the test images choose nothing.");
        page.section("Differences");
        Table differences = comparison.differences();
        if (differences.rows().isEmpty()) {
            page.paragraph("No key of the recipes differs but for the seed.");
        } else {
            page.tableOfRuns("what differs between the runs", differences);
        }
        page.section("The same in all");
        page.keys(comparison.same());
        return page.text();
    }
}
