package scanline.lab.task;

import java.util.stream.IntStream;

/** The score of a classifier: the number of correct answers, and the confusion matrix. */
final class ClassScore implements Score {
    private final int[][] confusion;

    ClassScore(int classes) {
        confusion = new int[classes][classes];
    }

    @Override
    public void add(int[] target, Answer answer) {
        confusion[target[0]][answer.labels()[0]]++;
    }

    @Override
    public int correct() {
        return IntStream.range(0, confusion.length).map(c -> confusion[c][c]).sum();
    }

    @Override
    public int[][] confusion() {
        return confusion;
    }
}
