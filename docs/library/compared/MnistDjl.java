import ai.djl.Model;
import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;

void main() throws Exception {
    Mnist digits = Mnist.builder().setSampling(100, true).build();
    Model model = Model.newInstance("mlp");
    model.setBlock(new Mlp(784, 10, new int[] {128}));
    DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(Adam.builder().build()).addTrainingListeners(TrainingListener.Defaults.logging());
    try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(1, 784));
        EasyTrain.fit(trainer, 1, digits, null);
        IO.println(trainer.getTrainingResult());
    }
}
