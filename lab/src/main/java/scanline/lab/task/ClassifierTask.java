package scanline.lab.task;

import java.util.List;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Tensor;
import scanline.lab.model.Classifier;

/** The task of a network that scores all labels at once: its logits alone decide the answers. */
public sealed interface ClassifierTask extends Task permits Classification, Labeling {
    /** The network. */
    Classifier network();

    /** The number of classes. */
    int classes();

    /** Returns the answer that the logits of one example, [C], give; they become a part of it. */
    Answer answer(float[] logits);

    /** Returns the answers that logits, [B, C], give. */
    default List<Answer> answersOf(float[] logits) {
        return Answers.rows(logits, classes()).map(this::answer).toList();
    }

    @Override
    default Tensor logits(Tensor x, Batch batch) {
        return network().forward(x);
    }

    @Override
    default List<Answer> answers(Tensor x) {
        return answersOf(network().forward(x).values());
    }
}
