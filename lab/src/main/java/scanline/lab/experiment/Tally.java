package scanline.lab.experiment;

import scanline.lab.sequence.Batch;
import scanline.lab.task.Score;
import scanline.lab.task.Task;

/** Adds up what a model says of some examples, batch by batch. */
public final class Tally {
    private final Score score;
    private double loss;
    private long terms;
    private int examples;

    /** Nothing yet, for an empty score. */
    public Tally(Score score) {
        this.score = score;
    }

    public void add(Task.BatchEvaluation evaluation, Batch batch) {
        loss += (double) evaluation.mean() * evaluation.terms();
        terms += evaluation.terms();
        examples += batch.count();
        for (int b = 0; b < batch.count(); b++) {
            score.add(batch.answers()[b], evaluation.answers().get(b));
        }
    }

    public Evaluation evaluation() {
        return new Evaluation(loss / terms, score.correct(), examples, score.measures(), score.confusion(),
                score.labels());
    }
}
