package scanline.lab.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import scanline.data.canvas.Canvas;
import scanline.data.image.PictureSize;
import scanline.data.sequence.Scan;
import scanline.engine.onnx.OnnxFile;
import scanline.engine.onnx.OnnxGraph;
import scanline.engine.onnx.OnnxGraph.Attribute;
import scanline.engine.onnx.OnnxGraph.Element;
import scanline.engine.onnx.OnnxGraph.Value;
import scanline.engine.onnx.OnnxOperators;
import scanline.engine.onnx.Pass;
import scanline.engine.onnx.Translation;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.run.Provenance;

/**
 * Exports a trained model as an ONNX file (onnx.ai/onnx/repo-docs/IR.html). The model reads unprocessed pictures and
 * includes the recipe's shrinking, normalization and scan order. The input {@code pixels} is [batch, height, width],
 * from 0 (black) to 1 (white); the output {@code logits} is [batch, classes], for any batch size. An autoregressive
 * model also reads {@code words}, [batch, length], and scores the next word after each of them: [batch, length,
 * vocabulary].
 */
final class OnnxModel {
    private static final String BATCH = "batch";
    private static final String LENGTH = "length";

    private final Experiment experiment;
    private final OnnxGraph graph;

    private OnnxModel(Experiment experiment, OnnxOperators operators) {
        this.experiment = experiment;
        graph = new OnnxGraph(operators);
    }

    /** Returns the model of an experiment as an ONNX file. */
    static OnnxFile of(Experiment experiment, OnnxOperators operators, Map<String, String> facts) {
        OnnxModel model = new OnnxModel(experiment, operators);
        try {
            model.write();
        } catch (IllegalArgumentException e) {
            throw new RunException(String.valueOf(e.getMessage()));
        }
        return model.graph.file(experiment.recipe().about(), Provenance.version(), facts);
    }

    private void write() {
        Recipe recipe = experiment.recipe();
        PictureSize pictures = experiment.pictureSize();
        Value pixels = graph.input("pixels", "grayscale images, from 0 (black) to 1 (white)", Element.FLOAT, BATCH,
                pictures.height(), pictures.width());
        Value batch = graph.size(pixels, 0);
        Value x = graph.transpose(sequences(pixels, pictures.height(), pictures.width()), 1, 0, 2);
        switch (experiment.network()) {
            case Classifier _ -> {
                Value logits = passes(List.of(2, 3), List.of(1, 1),
                        passes -> new Translation(graph, x, batch, null, null, passes).result());
                graph.output(logits, "logits", scores(recipe), Element.FLOAT, BATCH, experiment.input().classes());
            }
            case Autoregressive writer -> {
                Value words = graph.input("words", "the words written so far: " + writer.start() + ", then labels",
                        Element.INT64, BATCH, LENGTH);
                Value logits = passes(List.of(2, 3, 2), List.of(1, 1, 2), passes -> new Translation(graph, x, batch,
                        graph.transpose(words, 1, 0), graph.size(words, 1), passes).result());
                graph.output(graph.transpose(logits, 1, 0, 2), "logits", decoding(writer, recipe.data().canvas()),
                        Element.FLOAT, BATCH, LENGTH, vocabulary(writer));
            }
        }
    }

    /** Runs the model for batches of several sizes, and translates what it computes. */
    private Value passes(List<Integer> batches, List<Integer> lengths, Function<Pass[], Value> translation) {
        List<Tape> tapes = new ArrayList<>();
        try {
            List<Pass> passes = new ArrayList<>();
            for (int i = 0; i < batches.size(); i++) {
                Tape tape = experiment.engine().inference();
                tapes.add(tape);
                Experiment.Traced traced = experiment.trace(tape, batches.get(i), lengths.get(i));
                passes.add(new Pass(traced.trace(), traced.input(), traced.words(), traced.output(), batches.get(i),
                        lengths.get(i)));
            }
            return translation.apply(passes.toArray(Pass[]::new));
        } finally {
            tapes.forEach(Tape::close);
        }
    }

    /** Returns the input sequences of the model, [B, T, F], given unprocessed pictures, [B, H, W]. */
    private Value sequences(Value pixels, int height, int width) {
        Recipe.Data data = experiment.recipe().data();
        boolean shrinks = !data.canvas().drawn().isAnything() && data.shrink() > 1;
        int factor = shrinks ? data.shrink() : 1;
        Value small = shrinks ? shrunk(pixels, factor) : pixels;
        int pixelsLeft = height / factor * (width / factor);
        int[] order = data.scan().order(height / factor, width / factor);
        Value scanned = ordered(graph.reshape(small, 0, pixelsLeft), order);
        return graph.reshape(normalized(scanned, data.mean(), data.std()), 0, experiment.input().steps(),
                experiment.input().features());
    }

    /** Returns the means of blocks, rounded to multiples of 1/255 as in {@link scanline.data.image.ImageSet#shrunk}. */
    private Value shrunk(Value pixels, int factor) {
        Value white = graph.constant(255);
        Value levels = graph.node("Round", graph.node("Mul", List.of(pixels, white)));
        Value means = graph.node("AveragePool", graph.unsqueeze(levels, 1),
                Attribute.of("kernel_shape", factor, factor), Attribute.of("strides", factor, factor));
        // Means are multiples of 1 / factor^2: adding a quarter of that protects halves from floating-point rounding.
        Value up = graph.constant(0.5f + 0.25f / factor / factor);
        return graph.node("Div", List.of(graph.node("Floor", graph.add(means, up)), white));
    }

    /** Returns pixels, [B, H W], in the order of a scan. */
    private Value ordered(Value flat, int[] order) {
        if (Arrays.equals(order, IntStream.range(0, order.length).toArray())) {
            return flat;
        }
        // A scan that reads outside the picture reads a black pixel, which is put before all others.
        Value framed = graph.node("Pad", List.of(flat, graph.list(0, 1, 0, 0), graph.constant(0)));
        Value places = graph.list(IntStream.of(order).mapToLong(i -> i == Scan.BLACK ? 0 : 1 + i).toArray());
        return graph.node("Gather", List.of(framed, places), Attribute.of("axis", 1));
    }

    private Value normalized(Value x, double mean, double std) {
        Value centered = mean == 0 ? x : graph.node("Sub", List.of(x, graph.constant((float) mean)));
        return std == 1 ? centered : graph.node("Div", List.of(centered, graph.constant((float) std)));
    }

    private static String scores(Recipe recipe) {
        if (recipe.head().softmax()) {
            return "the probability of each class";
        }
        return recipe.data().canvas().answer() == Canvas.Answer.SET
                ? "a score for each label; its sigmoid is the probability of the label"
                : "a score for each class; the softmax over the classes gives their probabilities";
    }

    private static String decoding(Autoregressive writer, Canvas canvas) {
        return "the scores of the next word after each word; " + writer.end()
                + " ends the answer. For greedy decoding, start with the word " + writer.start()
                + " and append the word with the highest score at the last position"
                + (canvas.answer() == Canvas.Answer.SET ? ", except labels that were written before," : "")
                + " until it is " + writer.end() + " or there are " + canvas.longest() + " labels";
    }

    /** Returns the number of words that have a score. */
    private int vocabulary(Autoregressive writer) {
        Model.Input input = experiment.input();
        Shape picture = Shape.of(input.steps(), 1, input.features());
        try (Tape tape = experiment.engine().inference()) {
            Tensor encoded = writer.encode(tape.input(picture, new float[picture.elements()]));
            return writer.forward(encoded, new int[] {writer.start()}).shape().size(-1);
        }
    }
}
