package scanline.examples;

import module java.base;
import module scanline.lab;
import scanline.lab.predict.Predictor;

/** Opens a run of {@code lstm-rows}, classifies MNIST test digits from several threads, and reads one row by row. */
public final class PredictFromRun {
    private PredictFromRun() {}

    /** Runs {@code PredictFromRun [RUN]}. */
    public static void main(String[] arguments) throws Exception {
        String run = arguments.length > 0 ? arguments[0] : "runs/first";
        ImageSet digits = Datasets.ofUser().open("mnist", null).test();
        try (Predictor predictor = Predictor.open(run, null, 2)) {
            System.out.printf("accuracy on 1,000 test digits: %.2f %%%n",
                    100 * accuracy(predictor, digits.first(1000)));
            List<Answer> afterEachRow = read(predictor, digits.first(1));
            for (int row = 0; row < afterEachRow.size(); row++) {
                Answer answer = afterEachRow.get(row);
                System.out.printf("row %d: %s, probability %.4f%n", row + 1,
                        predictor.classNames().get(answer.labels()[0]), answer.probability());
            }
        }
    }

    /** Classifies each digit by itself, as a server does that gets one in a request, and returns the accuracy. */
    static double accuracy(Predictor predictor, ImageSet digits) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < digits.count(); i++) {
                ImageSet digit = digits.slice(i, i + 1);
                answers.add(threads.submit(() -> predictor.answers(digit).getFirst()));
            }
            int correct = 0;
            for (int i = 0; i < digits.count(); i++) {
                correct += answers.get(i).get().labels()[0] == digits.label(i) ? 1 : 0;
            }
            return (double) correct / digits.count();
        }
    }

    /** Reads a digit row by row, the second half in another stream, and returns the answers after each row. */
    static List<Answer> read(Predictor predictor, ImageSet digit) {
        List<Answer> answers = new ArrayList<>();
        PredictionStream stream = predictor.stream();
        for (int row = 0; row < digit.height(); row++) {
            float[] pixels = new float[digit.width()];
            for (int x = 0; x < pixels.length; x++) {
                pixels[x] = Byte.toUnsignedInt(digit.pixels()[row * pixels.length + x]);
            }
            answers.add(stream.step(pixels));
            if (row == digit.height() / 2) {
                byte[] state = stream.state();
                stream = predictor.stream();
                stream.restore(state);
            }
        }
        return answers;
    }
}
