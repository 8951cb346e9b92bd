package scanline.lab.experiment;

import java.util.stream.IntStream;

import scanline.data.image.Pictures;
import scanline.data.sequence.Batch;
import scanline.data.sequence.Loader;

/**
 * Examples in an order: pictures, the numbers of the selected ones, and how they are read as sequences. For one thread.
 */
public final class Examples {
    private final Pictures pictures;
    private final Loader loader;
    private final int[] numbers;

    /** Selects the examples with these numbers, in this order. */
    Examples(Pictures pictures, Loader loader, int[] numbers) {
        this.pictures = pictures;
        this.loader = loader;
        this.numbers = numbers;
    }

    /** The number of examples. */
    public int count() {
        return numbers.length;
    }

    /** Returns whether there are no examples. */
    public boolean isEmpty() {
        return numbers.length == 0;
    }

    /** The number of an example among the pictures. */
    public int number(int example) {
        return numbers[example];
    }

    /** The number of each example among the pictures. */
    public int[] numbers() {
        return numbers.clone();
    }

    /** The pictures from which the examples are selected. */
    public Pictures pictures() {
        return pictures;
    }

    /** The loader that reads pictures as sequences. */
    public Loader loader() {
        return loader;
    }

    /** Returns the first examples only. */
    public Examples first(int count) {
        return new Examples(pictures, loader, IntStream.of(numbers).limit(count).toArray());
    }

    /**
     * Returns the examples at {@code from} (inclusive) to {@code to} (exclusive). The arrays of the batch are reused
     * for the next batch of this size.
     */
    public Batch batch(int from, int to) {
        return loader.batch(numbers, from, to);
    }
}
