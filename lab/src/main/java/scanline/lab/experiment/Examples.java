package scanline.lab.experiment;

import java.util.stream.IntStream;

import scanline.lab.image.Pictures;
import scanline.lab.sequence.Batch;
import scanline.lab.sequence.Loader;

/** Examples in an order: pictures, the numbers of those that are meant, and how they are read as sequences. For one thread. */
public final class Examples {
    private final Pictures pictures;
    private final Loader loader;
    private final int[] numbers;

    /** The examples with these numbers, in this order. */
    Examples(Pictures pictures, Loader loader, int[] numbers) {
        this.pictures = pictures;
        this.loader = loader;
        this.numbers = numbers;
    }

    /** How many there are. */
    public int count() {
        return numbers.length;
    }

    /** Whether there are none. */
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

    /** The pictures, of which these are some. */
    public Pictures pictures() {
        return pictures;
    }

    /** How pictures are read. */
    public Loader loader() {
        return loader;
    }

    /** The first examples alone. */
    public Examples first(int count) {
        return new Examples(pictures, loader, IntStream.of(numbers).limit(count).toArray());
    }

    /**
     * The examples at {@code from} (inclusive) to {@code to} (exclusive). Its arrays are used again for the next batch of this size.
     */
    public Batch batch(int from, int to) {
        return loader.batch(numbers, from, to);
    }
}
