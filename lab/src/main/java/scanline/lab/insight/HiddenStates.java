package scanline.lab.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Experiment;
import scanline.lab.image.ImageSet;
import scanline.lab.model.Classifier.Stepwise;
import scanline.lab.task.Classification;

/**
 * What a recurrent model remembers of a test image while it reads it, and what it would say if the sequence ended there.
 *
 * @param image the image as it is read, alone
 * @param label the name of its class
 * @param states the hidden state of the last layer behind each step: steps x H
 * @param probabilities of each class behind each step: steps x classes; those of the last are the model's answer
 */
public record HiddenStates(ImageSet image, String label, float[][] states, double[][] probabilities) {
    private static final int MOST_IMAGES = 10;

    /**
     * Those of the first test image of each of the first {@value #MOST_IMAGES} classes; none where the model does not classify
     * by a state that a step leaves behind.
     */
    public static List<HiddenStates> of(Experiment experiment) {
        if (!(experiment.task() instanceof Classification task)) {
            return List.of();
        }
        ImageSet test = experiment.splits().testImages();
        List<HiddenStates> states = new ArrayList<>();
        for (int c = 0; c < Math.min(MOST_IMAGES, test.classes()); c++) {
            test.firstOf(c).flatMap(image -> of(experiment, task, image)).ifPresent(states::add);
        }
        return states;
    }

    private static Optional<HiddenStates> of(Experiment experiment, Classification task, ImageSet image) {
        try (Tape tape = Tape.inference(experiment.memory())) {
            return task.network().stepwise(experiment.read(tape, experiment.examples(image).batch(0, 1)))
                    .map(model -> of(experiment, task, image, model));
        }
    }

    private static HiddenStates of(Experiment experiment, Classification task, ImageSet image, Stepwise model) {
        List<Tensor> states = IntStream.range(0, experiment.input().steps())
                .mapToObj(t -> Shaping.step(model.states(), t)).toList();
        return new HiddenStates(image.shrunk(experiment.recipe().data().shrink()),
                experiment.dataset().classNames().get(image.label(0)),
                states.stream().map(Tensor::values).toArray(float[][]::new),
                states.stream().map(state -> task.answersOf(model.head().apply(state)).getFirst().scores())
                        .toArray(double[][]::new));
    }
}
