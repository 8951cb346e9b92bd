package scanline.lab.task;

import java.util.stream.IntStream;

/** Classes: how many are right, and the confusion matrix. */
final class ClassScore implements Score {
    private final int[][] confusion;

    ClassScore(int classes) {
        confusion = new int[classes][classes];
    }

    @Override
    public void add(int[] truth, Answer answer) {
        confusion[truth[0]][answer.labels()[0]]++;
    }

    @Override
    public int right() {
        return IntStream.range(0, confusion.length).map(c -> confusion[c][c]).sum();
    }

    @Override
    public int[][] confusion() {
        return confusion;
    }
}
