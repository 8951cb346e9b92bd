package scanline.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.backend.Backend;
import scanline.engine.tensor.Engine;
import scanline.lab.insight.Reading;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class AnswerTest {
    private static final int COUNT = 5;

    private final List<String> operations = new ArrayList<>();

    /** A backend that writes down what it is asked for. */
    private Backend recording(Backend backend) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), backend.getClass().getInterfaces(),
                (_, operation, arguments) -> {
                    operations.add(operation.getName());
                    try {
                        return operation.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Experiment experiment(String recipe) {
        List<String> keys = switch (recipe) {
            case "lstm-rows" -> List.of("model.hidden=9");
            case "cnn-rnn" -> List.of("data.canvas.size=16", "data.canvas.minSize=5", "data.canvas.maxSize=8",
                    "model.cnn.channels=2", "model.cnn.hidden=6", "model.embedding=6", "model.hidden=8");
            default -> List.of("data.shrink=4", "data.scan.size=7", "model.width=8", "model.heads=2",
                    "model.feedForward=12", "model.encoderDepth=1", "model.decoderDepth=1");
        };
        Recipe found = Recipes.find(recipe, keys);
        return new Experiment(found, found.data().open(), new Engine(recording(Backend.load(1))));
    }

    /** The first pictures of the test set, as a stranger's: without what is on them. */
    private static ImageSet pictures(Experiment experiment) {
        Pictures known = experiment.testPictures();
        int pixels = known.height() * known.width();
        byte[] all = new byte[COUNT * pixels];
        IntStream.range(0, COUNT).forEach(i -> known.draw(i, all, i * pixels));
        return new ImageSet(known.height(), known.width(), all, new byte[COUNT], known.classes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows", "cnn-rnn", "digit-sequence"})
    void readingAPictureComputesNoLoss(String recipe) {
        try (Experiment experiment = experiment(recipe)) {
            Reading.of(experiment, pictures(experiment).first(1));
            assertThat(operations).isNotEmpty().doesNotContain("crossEntropy");
        }
    }
}
