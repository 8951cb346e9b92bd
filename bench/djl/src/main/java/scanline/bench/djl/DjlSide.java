package scanline.bench.djl;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** DJL's side of a comparison. Side.java describes its protocol, PeerFolder.java the files that it reads. */
final class DjlSide {
    private final DjlCase what;

    private DjlSide(DjlCase what) {
        this.what = what;
    }

    /** {@code DjlSide FOLDER}; the number of threads is set by DJL's own property. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Engine engine = Engine.getEngine("PyTorch");
        try (NDManager manager = engine.newBaseManager()) {
            DjlSide side = new DjlSide(DjlCase.read(Path.of(arguments[0]), manager));
            answers.println("ready " + Engine.getDjlVersion() + " on libtorch " + engine.getVersion());
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                answers.println(side.measured(Integer.parseInt(line.split(" ")[1])));
            }
        } catch (UnsupportedOperationException e) {
            answers.println("error " + e.getMessage());
        }
    }

    private String measured(int iterations) {
        try (Model model = Model.newInstance("case", "PyTorch")) {
            model.setBlock(what.network());
            DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                    .optOptimizer(what.optimizer());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(what.inputShape());
                what.setWeights(model.getBlock());
                StringBuilder answer = new StringBuilder("measured ").append(step(trainer, 0));
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
