package scanline.bench.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;

/** Training steps of a case, from its first weights on. */
final class DjlTraining implements DjlSide.Measured {
    private final DjlCase what;

    /** Creates the training of a case. */
    DjlTraining(DjlCase what) {
        this.what = what;
    }

    @Override
    public String measure(int iterations, String setting) {
        try (Model model = Model.newInstance("case", "PyTorch")) {
            model.setBlock(what.network());
            DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                    .optOptimizer(what.optimizer());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(what.inputShape());
                what.setWeights(model.getBlock());
                StringBuilder answer = new StringBuilder().append(step(trainer, 0));
                for (int i = 1; i <= iterations; i++) {
                    long start = System.nanoTime();
                    step(trainer, i);
                    answer.append(' ').append((System.nanoTime() - start) / 1e6);
                }
                return answer.toString();
            }
        }
    }

    /** Performs one training step in the same way as DJL's EasyTrain, and returns its loss. */
    private float step(Trainer trainer, int batch) {
        float value;
        try (NDManager pass = trainer.getManager().newSubManager();
                GradientCollector collector = trainer.newGradientCollector()) {
            NDArray x = what.values(batch);
            x.tempAttach(pass);
            NDList logits = trainer.forward(new NDList(x));
            NDArray loss = trainer.getLoss().evaluate(new NDList(what.labels(batch)), logits);
            collector.backward(loss);
            value = loss.getFloat();
        }
        trainer.step();
        return value;
    }
}
