package scanline.engine.nn;

import static scanline.engine.tensor.Numbers.AWKWARD;
import static scanline.engine.tensor.Numbers.buffer;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.values;

import java.util.List;
import java.util.stream.Stream;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.Learned;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.kernel.Activations;
import scanline.engine.kernel.Lanes;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;

/**
 * Prints what must be the same to the bit on every machine: {@code Fingerprint [kernels] STEPS T B F H THREADS...} prints
 * the width of the vectors, a hash over what no op of {@code scanline.engine.ops.Ops} calls if asked for, and for each number of
 * threads a hash over {@link Classifier recurrent classifiers} of PyTorch's kinds, one over each of the other kinds and
 * of the minimal recurrences, one over diagonal recurrences, one over an {@link ImageClassifier}, one over a
 * {@link TransformerClassifier transformer} and one over a {@link WordClassifier decoder}, and their losses after so many
 * steps of training.
 */
public final class Fingerprint {
    /** The kinds of recurrent layers that PyTorch does not have. */
    static final List<CellKind> OTHERS = List.of(CellKind.LEM, CellKind.UR_LSTM);

    private long hash = 0xCBF29CE484222325L;

    private Fingerprint() {}

    /** See the class. */
    public static void main(String[] arguments) {
        System.out.println("bits " + Lanes.bits());
        boolean kernels = arguments[0].equals("kernels");
        if (kernels) {
            System.out.println("kernels " + kernels());
        }
        int[] n = Stream.of(arguments).skip(kernels ? 1 : 0).mapToInt(Integer::parseInt).toArray();
        for (int i = 5; i < n.length; i++) {
            System.out.println("training " + training(n[i], n[0], n[1], n[2], n[3], n[4]));
            for (CellKind kind : OTHERS) {
                System.out.println(kind + " " + training(n[i], n[0], n[1], n[2], n[3], n[4], List.of(kind)));
            }
            for (MinimalKind kind : MinimalKind.values()) {
                System.out.println("min" + kind + " " + minimal(n[i], n[0], n[1], n[2], n[3], n[4], kind));
            }
            System.out.println("diagonal " + diagonal(n[i], n[0], n[1], n[2], n[3], n[4]));
            System.out.println("images " + images(n[i], n[0], n[2]));
            System.out.println("transformer " + transformer(n[i], n[0], n[1], n[2], n[3], n[4]));
            System.out.println("decoder " + decoder(n[i], n[0], n[1], n[2], n[3], n[4]));
        }
    }

    /** A hash over the losses of so many steps and over all weights after them, of PyTorch's kinds of layers. */
    public static String training(int threads, int count, int steps, int batch, int features, int hidden) {
        return training(threads, count, steps, batch, features, hidden,
                Stream.of(CellKind.values()).filter(kind -> !OTHERS.contains(kind)).toList());
    }

    /** The same of some kinds of layers. */
    static String training(int threads, int count, int steps, int batch, int features, int hidden,
            List<CellKind> kinds) {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(threads)) {
            for (CellKind kind : kinds) {
                print.add(Classifier.recurrent(backend, kind, steps, batch, features, hidden), count);
            }
        }
        return Long.toHexString(print.hash);
    }

    /** The same of diagonal recurrences, for this batch and for one sequence. */
    public static String diagonal(int threads, int count, int steps, int batch, int features, int hidden) {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(threads)) {
            print.add(Classifier.diagonal(backend, steps, batch, features, hidden), count);
            print.add(Classifier.diagonal(backend, steps, 1, features, hidden), count);
        }
        return Long.toHexString(print.hash);
    }

    /** The same of a linear map, a minimal recurrence, and a linear map of the mean of the steps. */
    static String minimal(int threads, int count, int steps, int batch, int features, int hidden, MinimalKind kind) {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(threads)) {
            print.add(new Classifier(backend, Shape.of(steps, batch, features), weights -> {
                Linear encoder = new Linear(weights.scope("encoder"), features, hidden);
                MinimalRecurrent layer = new MinimalRecurrent(weights.scope("layer"), kind, hidden, 1.5);
                Linear fc = new Linear(weights.scope("fc"), hidden, Classifier.CLASSES);
                return x -> fc.forward(layer.forward(encoder.forward(x)).meanOverSteps());
            }), count);
        }
        return Long.toHexString(print.hash);
    }

    /** A hash over the losses of so many steps of an {@link ImageClassifier} and over all its state after them. */
    public static String images(int threads, int count, int batch) {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(threads)) {
            ImageClassifier classifier = new ImageClassifier(backend, batch, 9, 11, 17, 5);
            for (int i = 0; i < count; i++) {
                print.add(classifier.step());
            }
            classifier.weights().parameters().forEach(parameter -> print.add(parameter.values()));
            classifier.weights().statistics().forEach(statistic -> print.add(statistic.values()));
            print.add(classifier.logits());
        }
        return Long.toHexString(print.hash);
    }

    /** The same of a transformer as wide as {@code hidden}, with 3 heads. */
    public static String transformer(int threads, int count, int steps, int batch, int features, int hidden) {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(threads)) {
            print.add(TransformerClassifier.of(backend, steps, batch, features, hidden, 3, hidden / 2), count);
        }
        return Long.toHexString(print.hash);
    }

    /** The same of a transformer that decodes what it encodes. */
    public static String decoder(int threads, int count, int steps, int batch, int features, int hidden) {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(threads)) {
            print.add(WordClassifier.of(backend, steps, batch, features, hidden, 3, hidden / 2), count);
        }
        return Long.toHexString(print.hash);
    }

    /** A hash over the results of updates, of clipping by the norm and of exponentials at awkward sizes. */
    public static String kernels() {
        Fingerprint print = new Fingerprint();
        try (CpuBackend backend = new CpuBackend(2)) {
            for (int n : AWKWARD) {
                print.updates(backend, n);
            }
        }
        return Long.toHexString(print.hash);
    }

    private void updates(Backend backend, int n) {
        Buffer x = buffer(backend, uniform("x", n, 2));
        Buffer y = buffer(backend, uniform("y", n, 2));
        Buffer z = buffer(backend, uniform("z", n, 2));
        Buffer s = backend.allocate(n);
        backend.sgd(List.of(new Learned<>(x, y, List.of(z))), List.of(new Backend.SgdStep(0.01f, 0.9f, true, 0.01f)));
        backend.rmsProp(List.of(new Learned<>(x, y, List.of(s, z))),
                List.of(new Backend.RmsPropStep(0.01f, 0.99, 1e-8f, 0.9f, 0.01f)));
        backend.adam(List.of(new Learned<>(x, y, List.of(z, s))),
                List.of(new Backend.AdamStep(0.01f, 0.99f, 0.01f, 0.9, 0.999, 0.3f, 1e-8f)));
        float[] exponentials = new float[n];
        Activations.exp(exponentials, 0, values(x), 0, n);
        add(exponentials);
        backend.clipNorm(List.of(y, z), 0.1);
        for (Buffer result : new Buffer[] {x, y, z, s}) {
            add(values(result));
        }
    }

    /** A classifier's losses of so many steps, and all its weights after them. */
    private void add(Classifier classifier, int count) {
        for (int i = 0; i < count; i++) {
            add(classifier.step());
        }
        for (Parameter parameter : classifier.weights().parameters()) {
            add(parameter.values());
        }
    }

    private void add(float... values) {
        hash = Numbers.hash(hash, values);
    }
}
