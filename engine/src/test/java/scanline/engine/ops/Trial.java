package scanline.engine.ops;

import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.weightedSum;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import scanline.engine.backend.Backend;
import scanline.engine.ops.Sample.Formula;
import scanline.engine.ops.Sample.Input;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.GradientCheck;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** A sample on a backend: passes through its formula, and what they give. */
final class Trial {
    /** What comes out, among gradients, which are named {@code d} and their input, and statistics. */
    static final String VALUE = "value";

    private static final RandomKey KEY = RandomKey.of(5, "pass");

    private final Backend backend;
    private final Sample sample;
    private final Weights inputs;
    private final Engine engine;

    Trial(Backend backend, Sample sample) {
        this.backend = backend;
        this.sample = sample;
        inputs = new Engine(backend).weights(1);
        engine = new Engine(backend);
        for (Input input : sample.inputs()) {
            float[] values = sample.values(input);
            inputs.filled(input.name(), Shape.of(input.sizes()), (target, _) -> System.arraycopy(values, 0, target, 0,
                    values.length));
        }
    }

    /** Which of the numbers that the first dropout of a pass draws are kept. */
    static boolean[] kept(float rate, int n) {
        boolean[] kept = new boolean[n];
        for (int i = 0; i < n; i++) {
            kept[i] = KEY.at(0).uniform(i) >= rate;
        }
        return kept;
    }

    /** What a formula reads: the inputs, on the tape of a pass, and what its op tracks. */
    static final class Pass {
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private final Weights state;

        Pass(Backend backend) {
            state = new Engine(backend).weights(1);
        }

        Tensor of(String input) {
            return tensors.get(input);
        }

        Statistic statistic(String name, int n, float initial) {
            return state.statistic(name, Shape.of(n), initial);
        }
    }

    /** Makes no gradient flow to some inputs. */
    void freeze(Set<String> names) {
        names.forEach(inputs::freeze);
    }

    /** The value, the statistics, and the gradients of the inputs that are not frozen. */
    Map<String, float[]> train(Formula formula) {
        return train(formula, false);
    }

    /** The same for gradients that were not cleared, where no gradient flows to the first input. */
    Map<String, float[]> trainAccumulating(Formula formula) {
        return train(formula, true);
    }

    private Map<String, float[]> train(Formula formula, boolean onwards) {
        if (!onwards) {
            inputs.clearGradients();
        }
        Map<String, float[]> results = new LinkedHashMap<>();
        try (Tape tape = engine.training(KEY)) {
            Pass pass = pass(tape, onwards);
            Tensor y = formula.of(pass);
            tape.backward(weightedSum(y, upstream(y.shape().elements())));
            results.put(VALUE, y.values());
            pass.state.statistics().forEach(statistic -> results.put(statistic.name(), statistic.values()));
        }
        inputs.learned().forEach(input -> results.put("d" + input.name(), input.gradients()));
        return results;
    }

    /** The value, where nothing is learned. */
    float[] infer(Formula formula) {
        try (Tape tape = engine.inference()) {
            return formula.of(pass(tape, false)).values();
        }
    }

    /** The value for other values of the first input, where nothing is learned. */
    float[] infer(Formula formula, float[] first) {
        try (Tape tape = engine.inference()) {
            return formula.of(pass(tape.input(inputs.parameters().getFirst().shape(), first), inputs)).values();
        }
    }

    /** The value that a predictor gives. */
    float[] predict(Formula formula, int threads) {
        float[] first = inputs.parameters().getFirst().values();
        float[] value = new float[infer(formula, first).length];
        try (Predictor predictor = predictor(formula, threads)) {
            predictor.predict(first, 1, value);
        }
        return value;
    }

    /** A predictor with these inputs as its weights, except the first, which it reads. */
    Predictor predictor(Formula formula, int threads) {
        return Predictor.of(inputs, weights -> {
            inputs.parameters().forEach(input -> weights.zeros(input.name(), input.shape()));
            return x -> formula.of(pass(x, weights));
        }, _ -> inputs.parameters().getFirst().shape(), threads);
    }

    private Pass pass(Tensor first, Weights others) {
        Pass pass = new Pass(backend);
        for (Parameter input : others.parameters()) {
            pass.tensors.put(input.name(), pass.tensors.isEmpty() ? first : onTape(first, input));
        }
        return pass;
    }

    /** The error of the gradients, by central differences. */
    double differences(Formula formula) {
        return GradientCheck.error(inputs, tape -> formula.of(pass(tape, false)));
    }

    /** The error of the gradients of an inference pass, by central differences. */
    double inferenceDifferences(Formula formula) {
        return GradientCheck.error(inputs, Engine::inferenceWithGradients, tape -> formula.of(pass(tape, false)));
    }

    /** The gradient of the value. */
    static float[] upstream(int n) {
        return uniform("dy", n, 1);
    }

    private Pass pass(Tape tape, boolean firstIsConstant) {
        Pass pass = new Pass(backend);
        for (Parameter input : inputs.parameters()) {
            boolean constant = firstIsConstant && pass.tensors.isEmpty() && sample.inputs().size() > 1;
            pass.tensors.put(input.name(),
                    constant ? tape.input(input.shape(), input.values()) : onTape(tape, input));
        }
        return pass;
    }
}
