package scanline.lab.report;

import scanline.lab.base.Numbers;
import scanline.lab.recipe.Recipe.Published;
import scanline.lab.record.RunRecord.Outcome;

/**
 * The figure that a source published, as it was printed and as it is in truth.
 *
 * @param published what the recipe says of it
 * @param examples how many test examples there are; 0 where nobody has counted them
 */
record PublishedFigure(Published published, long examples) {
    /** The figure in short. */
    String text() {
        if (published.accuracy() == 0) {
            return Table.NONE;
        }
        return isPrintedWrongly()
                ? Numbers.percent(published.accuracy()) + " printed, " + Numbers.percent(correctedAccuracy()) + " true"
                : Numbers.percent(published.accuracy());
    }

    /** What is wrong about it, where its source divides by another number than that of the test examples; else nothing. */
    String explanation() {
        return !isPrintedWrongly()
                ? ""
                : "The source's code divides the right answers by " + Numbers.whole(published.divisor())
                        + ", though there are " + Numbers.whole(examples) + " test images: the "
                        + Numbers.percent(published.accuracy()) + " that it printed are "
                        + Numbers.whole(Math.round(published.accuracy() * published.divisor()))
                        + " right answers, which is " + Numbers.percent(correctedAccuracy()) + " in truth.";
    }

    /** What the source's code would have printed for an outcome. */
    String printed(Outcome outcome) {
        return Numbers.percent((double) outcome.correct() / published.divisor());
    }

    boolean isPrintedWrongly() {
        return published.divisor() != 0 && examples != 0 && published.divisor() != examples;
    }

    private double correctedAccuracy() {
        return published.accuracy() * published.divisor() / examples;
    }
}
