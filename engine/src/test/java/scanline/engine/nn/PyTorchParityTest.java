package scanline.engine.nn;

import static scanline.engine.tensor.Numbers.assertClose;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.io.SafeTensors;
import scanline.engine.optim.Adam;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.RmsProp;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.Sgd;
import scanline.engine.optim.UpdateRule;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Weights;

/** What PyTorch computed, in files that src/test/python/golden.py wrote, from the weights that it began with. */
class PyTorchParityTest {
    private record Training(UpdateRule rule, Clipping clipping) {}

    private static final Map<String, Training> TRAININGS = Map.of(
            "sgd", new Training(new Sgd(0.5, 0, false, 0), Clipping.None.DEFAULT),
            "sgd-nesterov", new Training(new Sgd(0.1, 0.9, true, 0.01), new Clipping.Norm(0.2)),
            "sgd-momentum", new Training(new Sgd(0.1, 0.9, false, 0), new Clipping.Value(0.01)),
            "rmsprop", new Training(RmsProp.DEFAULT, new Clipping.Value(0.01)),
            "rmsprop-momentum", new Training(new RmsProp(0.001, 0.9, 1e-6, 0.9, 0.01), Clipping.None.DEFAULT),
            "adam", new Training(Adam.DEFAULT, Clipping.None.DEFAULT),
            "adam-decay", new Training(new Adam(0.002, 0.8, 0.99, 1e-6, 0.1), new Clipping.Norm(0.2)),
            "adamw", new Training(new AdamW(0.002, 0.9, 0.999, 1e-8, 0.1), new Clipping.Norm(0.2)));

    @ParameterizedTest
    @MethodSource("names")
    void logitsLossAndAllGradientsMatchPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                golden(backend, model).comparePasses();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theWeightsAfterTenStepsOfEachRuleMatchPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                compareTrainings(golden(backend, model), model);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everythingInTheGoldenFilesIsCompared(String model) throws IOException {
        GoldenModel golden = golden(new ReferenceBackend(), model);
        golden.comparePasses();
        compareTrainings(golden, model);
        golden.assertEverythingWasCompared();
    }

    private static void compareTrainings(GoldenModel golden, String model) throws IOException {
        for (Map.Entry<String, Training> named : trainings(model).entrySet()) {
            golden.compareTraining(named.getKey(), named.getValue().rule, named.getValue().clipping);
        }
    }

    /** Recurrent layers and a linear map of the last step. */
    private static GoldenModel golden(Backend backend, String model) throws IOException {
        if (model.startsWith("min")) {
            return minimal(backend, model);
        }
        String[] words = model.split("-");
        CellKind kind = CellKind.valueOf(words[0].toUpperCase(Locale.ROOT));
        boolean bidirectional = words.length == 3;
        return new GoldenModel(backend, model, weights -> {
            Recurrent recurrent = new Recurrent(weights.scope(kind.layer()),
                    new Cell(kind, kind == CellKind.LEM ? 0.21 : 1), 7, 12, Integer.parseInt(words[1]),
                    new Recurrent.Options(0, bidirectional, false, false, RecurrentInitializer.DEFAULT));
            Linear linear = new Linear(weights.scope("fc"), bidirectional ? 24 : 12, 10);
            return x -> linear.forward(recurrent.forward(x, Output.LAST_STEP));
        });
    }

    /** A linear map, two minimal recurrences, and a linear map of the last step. */
    private static GoldenModel minimal(Backend backend, String model) throws IOException {
        MinimalKind kind = model.equals("mingru-1") ? MinimalKind.GRU : MinimalKind.LSTM;
        return new GoldenModel(backend, model, weights -> {
            Weights own = weights.scope(model.replace("-1", ""));
            Linear encoder = new Linear(own.scope("encoder"), 7, 12);
            MinimalRecurrent first = new MinimalRecurrent(own.scope("layers.0"), kind, 12, 1);
            MinimalRecurrent second = new MinimalRecurrent(own.scope("layers.1"), kind, 12, 1.5);
            Linear fc = new Linear(weights.scope("fc"), 12, 10);
            return x -> fc.forward(second.forward(first.forward(encoder.forward(x))).step(8));
        });
    }

    /** Every kind, as deep as the files have it, in one direction and in both. */
    static Stream<String> names() {
        return Stream.concat(Stream.of("mingru-1", "minlstm-1"),
                Stream.of(CellKind.values()).map(kind -> kind.name().toLowerCase(Locale.ROOT)).flatMap(
                        kind -> Stream.of("-1", "-2", "-3", "-1-bidirectional", "-2-bidirectional").map(kind::concat)));
    }

    /** Two models were trained by every rule, the others by plain descent. */
    private static Map<String, Training> trainings(String model) {
        return model.equals("lstm-1") || model.equals("lstm-2") ? TRAININGS : Map.of("sgd", TRAININGS.get("sgd"));
    }

    @Test
    void schedulesMatchPyTorch() throws IOException {
        SafeTensors expected = SafeTensors.read(Golden.file("schedules"));
        float[] step = new float[30];
        float[] cosine = new float[30];
        float[] oneCycle = new float[30];
        float[] steep = new float[30];
        for (int epoch = 0; epoch < 30; epoch++) {
            step[epoch] = (float) new Schedule.Step(7, 0.3).factor(epoch * 4L + 3, 4, 30);
            cosine[epoch] = (float) new Schedule.Cosine(0.05, true).factor(epoch * 4L + 3, 4, 30);
            oneCycle[epoch] = (float) Schedule.OneCycle.DEFAULT.factor(epoch, 5, 6);
            steep[epoch] = (float) new Schedule.OneCycle(0.13, 3, 7).factor(epoch, 5, 6);
        }
        assertClose("step", step, expected.tensors().get("step").values(), 1e-6);
        assertClose("cosine", cosine, expected.tensors().get("cosine").values(), 1e-6);
        assertClose("one cycle", oneCycle, expected.tensors().get("one-cycle").values(), 1e-6);
        assertClose("steep cycle", steep, expected.tensors().get("steep-cycle").values(), 1e-6);
    }
}
