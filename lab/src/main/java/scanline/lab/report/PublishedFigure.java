package scanline.lab.report;

import scanline.lab.base.Numbers;
import scanline.lab.recipe.Recipe.Published;
import scanline.lab.record.RunRecord.Outcome;

/**
 * The figure that a source published, as printed and corrected.
 *
 * @param published the figure in the recipe
 * @param examples the number of test examples; 0 if unknown
 */
record PublishedFigure(Published published, long examples) {
    /** Returns the figure in short. */
    String text() {
        if (published.accuracy() == 0) {
            return Table.NONE;
        }
        return isPrintedWrongly()
                ? Numbers.percent(published.accuracy()) + " printed, " + Numbers.percent(correctedAccuracy()) + " true"
                : Numbers.percent(published.accuracy());
    }

    /** Explains the error if the source divides by another number than that of the test examples; otherwise empty. */
    String explanation() {
        return !isPrintedWrongly()
                ? ""
                : "The source's code divides the correct answers by " + Numbers.whole(published.divisor())
                        + ", although there are " + Numbers.whole(examples) + " test images: the "
                        + Numbers.percent(published.accuracy()) + " that it printed are "
                        + Numbers.whole(Math.round(published.accuracy() * published.divisor()))
                        + " correct answers, which is actually " + Numbers.percent(correctedAccuracy()) + ".";
    }

    /** Returns the accuracy that the source's code would have printed for an outcome. */
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
