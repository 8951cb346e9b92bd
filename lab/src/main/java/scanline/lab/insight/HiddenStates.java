package scanline.lab.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.data.image.ImageSet;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Classifier.Stepwise;
import scanline.lab.task.Classification;

/**
 * The states of a recurrent model while it reads a test image, and its answers if the sequence ended after each step.
 *
 * @param image the image as it is read, alone
 * @param label the name of its class
 * @param states what the model classifies by after each step, which is the hidden state of the last layer or the mean of
 *     these so far: steps x H
 * @param probabilities the probability of each class after each step: steps x classes; those after the last step are
 *     the model's answer
 */
public record HiddenStates(ImageSet image, String label, float[][] states, double[][] probabilities) {
    private static final int MOST_IMAGES = 10;

    /**
     * Returns the states for the first test image of each of the first {@value #MOST_IMAGES} classes; none if the model
     * does not classify by the state after a step.
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
        try (Tape tape = experiment.engine().inference()) {
            return task.network().stepwise(experiment.read(tape, experiment.examples(image).batch(0, 1)))
                    .map(model -> of(experiment, task, image, model));
        }
    }

    private static HiddenStates of(Experiment experiment, Classification task, ImageSet image, Stepwise model) {
        List<Tensor> states = IntStream.range(0, experiment.input().steps())
                .mapToObj(t -> model.states().step(t)).toList();
        return new HiddenStates(image.shrunk(experiment.recipe().data().shrink()),
                experiment.dataset().classNames().get(image.label(0)),
                states.stream().map(Tensor::values).toArray(float[][]::new),
                states.stream().map(state -> task.answersOf(model.head().apply(state).values()).getFirst().scores())
                        .toArray(double[][]::new));
    }
}
