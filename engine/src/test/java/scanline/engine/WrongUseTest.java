package scanline.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.LoadOptions;
import scanline.engine.io.WeightsFile;
import scanline.engine.nn.Linear;
import scanline.engine.optim.Adam;
import scanline.engine.optim.Optimizer;
import scanline.engine.tensor.Convolutions;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * What a user of the library gets wrong is answered by the messages that {@code wrong-use.txt} holds. With the system
 * property {@code scanline.approve} the file is written anew instead, to be looked at before it is committed.
 */
class WrongUseTest {
    private static final Path APPROVED = Path.of("src/test/resources/scanline/engine/wrong-use.txt");

    @TempDir
    private Path folder;

    private final Map<String, ThrowingCallable> cases = new LinkedHashMap<>();
    private final Engine engine = new Engine(new ReferenceBackend());
    private final Weights weights = engine.weights(1);
    private final Linear layer = new Linear(weights.scope("fc"), 3, 4);

    private static Tensor input(Tape tape, int... sizes) {
        return tape.input(Shape.of(sizes), new float[Shape.of(sizes).elements()]);
    }

    private void shapes(Tape tape) {
        Tensor x = input(tape, 2, 3);
        cases.put("add tensors of shapes that do not match", () -> x.add(input(tape, 3, 2)));
        cases.put("multiply tensors of shapes that do not match", () -> x.multiply(input(tape, 2)));
        cases.put("multiply matrices of shapes that do not match", () -> x.matmul(input(tape, 2, 3)));
        cases.put("a linear layer of another input size", () -> layer.forward(input(tape, 2, 5)));
        cases.put("a linear map with the bias of another one",
                () -> Products.linear(x, input(tape, 4, 3), input(tape, 5)));
        cases.put("concatenate tensors of different sizes", () -> Shaping.concat(List.of(x, input(tape, 3, 3)), 1));
        cases.put("a convolution of images with other channels",
                () -> Convolutions.conv2d(input(tape, 1, 8, 8, 3), input(tape, 4, 1, 3, 3), input(tape, 4), 1, 0));
        cases.put("a layer normalization of another size",
                () -> Normalization.layer(x, input(tape, 4), input(tape, 4), 1e-5f));
        cases.put("sum over an axis that there is not", () -> x.sum(2));
        cases.put("an input with the wrong number of values", () -> tape.input(Shape.of(2, 3), new float[5]));
    }

    private void losses(Tape tape) {
        Tensor logits = layer.forward(input(tape, 2, 3));
        cases.put("a label that is not a class", () -> Losses.crossEntropy(logits, new int[] {0, 4}, 0));
        cases.put("fewer labels than examples", () -> Losses.crossEntropy(logits, new int[] {0}, 0));
        cases.put("backward from several values", () -> logits.backward());
        cases.put("backward from something that nothing learned took part in",
                () -> input(tape, 2).sum().backward());
        Tensor loss = Losses.crossEntropy(logits, new int[] {0, 3}, 0);
        loss.backward();
        cases.put("backward twice", loss::backward);
        cases.put("the gradient of a result after backward", logits::gradients);
        cases.put("the gradient of an input that was not asked for one", () -> input(tape, 2, 3).gradients());
    }

    private void passes(Tape tape, Tape inference) {
        Tensor x = input(tape, 2, 3);
        Tensor y = layer.forward(input(inference, 2, 3));
        cases.put("tensors of two passes", () -> x.add(input(inference, 2, 3)));
        cases.put("parameters without an input",
                () -> weights.parameters().getFirst().add(weights.parameters().getFirst()));
        cases.put("the gradient of a result in an inference pass", y::gradients);
        cases.put("backward in an inference pass", () -> y.sum().backward());
        cases.put("an input with a gradient in an inference pass",
                () -> inference.input(Shape.of(2, 3), new float[6], true));
        Tape before = engine.training(1);
        Tensor old = input(before, 2, 3);
        before.close();
        cases.put("an operation on a tensor whose tape was closed", () -> layer.forward(old));
        cases.put("the values of a tensor whose tape was closed", old::values);
        cases.put("an input of a tape that was closed", () -> input(before, 2, 3));
    }

    private void models(Tape tape, Engine other) throws IOException {
        Linear elsewhere = new Linear(other.weights(1).scope("fc"), 3, 4);
        cases.put("a parameter of another engine", () -> elsewhere.forward(input(tape, 2, 3)));
        Path file = folder.resolve("weights.safetensors");
        Weights larger = engine.weights(1);
        new Linear(larger.scope("fc"), 3, 5);
        WeightsFile.save(file, larger, Map.of());
        cases.put("the weights of a model of other sizes", () -> WeightsFile.load(file, weights));
        Path more = folder.resolve("more.safetensors");
        Weights named = engine.weights(1);
        new Linear(named.scope("head"), 3, 4);
        WeightsFile.save(more, named, Map.of());
        cases.put("the weights of a model of other names", () -> WeightsFile.load(more, weights));
        cases.put("a part of the weights of a model of other names",
                () -> WeightsFile.load(more, weights, LoadOptions.WHOLE.partly()));
        cases.put("a name that is already in use", () -> new Linear(weights.scope("fc"), 3, 4));
        cases.put("freeze a parameter that there is not", () -> weights.freeze("fc.wheight"));
    }

    private void frozen() {
        Weights fixed = engine.weights(1);
        Linear ofFixed = new Linear(fixed.scope("fc"), 3, 4);
        fixed.freeze("*");
        cases.put("the gradient of a frozen parameter", () -> fixed.parameters().getFirst().gradients());
        cases.put("an optimizer of frozen parameters", () -> {
            try (Tape tape = engine.training(2)) {
                new Optimizer(Adam.DEFAULT, fixed).step(ofFixed.forward(input(tape, 2, 3)).sum());
            }
        });
    }

    @Test
    void wrongUseIsAnsweredAsApproved() throws IOException {
        List<String> answers = new ArrayList<>();
        try (CpuBackend cpu = new CpuBackend(1);
                Tape tape = engine.training(1);
                Tape inference = engine.inference()) {
            shapes(tape);
            losses(tape);
            passes(tape, inference);
            models(tape, new Engine(cpu));
            frozen();
            cases.forEach((what, wrong) -> {
                Throwable answer = catchThrowable(wrong);
                assertThat(answer).as(what).isNotNull();
                String message = String.valueOf(answer.getMessage()).replace(folder.toString(), "{tmp}");
                assertThat(message).as(what).hasLineCount(1);
                answers.add("# " + what + "\n" + answer.getClass().getSimpleName() + ": " + message + "\n");
            });
        }
        String actual = String.join("\n", answers);
        if (Boolean.getBoolean("scanline.approve")) {
            Files.createDirectories(APPROVED.getParent());
            Files.writeString(APPROVED, actual);
        } else {
            assertThat(actual).isEqualTo(Files.readString(APPROVED));
        }
    }
}
