package scanline.lab.experiment;

import scanline.data.sequence.Batch;
import scanline.lab.task.Score;
import scanline.lab.task.Task;

/** The evaluation of a model on some examples, added up batch by batch. */
public final class Tally {
    private final Score score;
    private double loss;
    private long terms;
    private int examples;

    /** Starts with no examples and an empty score. */
    public Tally(Score score) {
        this.score = score;
    }

    /** Adds the evaluation of a batch. */
    public void add(Task.BatchEvaluation evaluation, Batch batch) {
        loss += (double) evaluation.mean() * evaluation.terms();
        terms += evaluation.terms();
        examples += batch.count();
        for (int b = 0; b < batch.count(); b++) {
            score.add(batch.answers()[b], evaluation.answers().get(b));
        }
    }

    /** Returns the evaluation of all examples that were added. */
    public Evaluation evaluation() {
        return new Evaluation(loss / terms, score.correct(), examples, score.measures(), score.confusion(),
                score.labels());
    }
}
