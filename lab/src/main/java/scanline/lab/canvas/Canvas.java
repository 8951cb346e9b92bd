package scanline.lab.canvas;

import scanline.engine.random.RandomKey;
import scanline.lab.base.DataException;
import scanline.lab.image.ImageSet;
import scanline.lab.image.Pictures;

/**
 * How the images of a data set become the pictures that a model reads, and what it has to say of one. A new canvas is a new
 * record in this file, with a constant {@code DEFAULT}; the recipe's {@code data.canvas} key finds it by its name in lower
 * case, and each of its components is a key below that.
 */
public sealed interface Canvas {
    /** What the labels of a picture are. */
    enum Answer {
        /** One label. */
        CLASS,
        /** Labels in an order that is read from the picture. */
        SEQUENCE,
        /** Different labels without an order. */
        SET
    }

    /** What a model has to say of a picture. */
    Answer answer();

    /** How many labels an answer has at most. */
    int longest();

    /**
     * The pictures.
     *
     * @param images what they are made of
     * @param chosen the images that may be on them
     * @param key what chance draws from
     * @throws DataException if they cannot be made of these images
     */
    Pictures pictures(ImageSet images, int[] chosen, RandomKey key);

    /** How many pictures are drawn. */
    Drawn drawn();

    /**
     * How many pictures are drawn for each part of the data; none where the images themselves are the pictures.
     *
     * @param train those of an epoch; each epoch has others
     * @param validation made of the images that {@code data.validation} holds out
     * @param test made of the test images, the same ones for every recipe and seed
     */
    record Drawn(int train, int validation, int test) {
        /** Nothing is drawn. */
        public static final Drawn NOTHING = new Drawn(0, 0, 0);

        /** Whether anything is. */
        public boolean isAnything() {
            return train > 0;
        }
    }

    /** Every image is a picture of its own, whose answer is its class. */
    record Single() implements Canvas {
        /** The only one. */
        public static final Single DEFAULT = new Single();

        @Override
        public Answer answer() {
            return Answer.CLASS;
        }

        @Override
        public int longest() {
            return 1;
        }

        @Override
        public Pictures pictures(ImageSet images, int[] chosen, RandomKey key) {
            return images;
        }

        @Override
        public Drawn drawn() {
            return Drawn.NOTHING;
        }
    }

    /**
     * Images in a grid, drawn with replacement; the answer is their labels row by row from the top left ({@link GridPictures}
     * says how).
     *
     * @param rows of the grid, 1 to 4
     * @param columns of the grid, 1 to 4
     * @param blanks the probability that a place stays black, in [0, 1); the answer has no label for it, so it may be empty
     * @param train pictures an epoch
     * @param validation pictures to choose the best epoch by
     * @param test pictures to test on
     */
    record Grid(int rows, int columns, double blanks, int train, int validation, int test) implements Canvas {
        /** Four images in a square. */
        public static final Grid DEFAULT = new Grid(2, 2, 0, 60_000, 2_000, 10_000);
        private static final int LARGEST = 4;

        /** Checks the values. */
        public Grid {
            require(rows >= 1 && rows <= LARGEST, "rows must be from 1 to " + LARGEST + ", not " + rows);
            require(columns >= 1 && columns <= LARGEST, "columns must be from 1 to " + LARGEST + ", not " + columns);
            require(blanks >= 0 && blanks < 1, "blanks must be in [0, 1), not " + blanks);
            requireCounts(train, validation, test);
        }

        @Override
        public Answer answer() {
            return Answer.SEQUENCE;
        }

        @Override
        public int longest() {
            return rows * columns;
        }

        @Override
        public Pictures pictures(ImageSet images, int[] chosen, RandomKey key) {
            return new GridPictures(this, images, chosen, key);
        }

        @Override
        public Drawn drawn() {
            return new Drawn(train, validation, test);
        }
    }

    /**
     * Images of different labels at random places and sizes on a square; the answer is the set of their labels, some of
     * which like to be together ({@link ScatterPictures} says how).
     *
     * @param size pixels a side of the square, 4 to 512
     * @param smallest pixels a side of an image at least, 4 or more
     * @param largest pixels a side of an image at most; whatever size the images of the set have, they are scaled to fit
     * @param least labels of a picture at least, 1 or more
     * @param most labels of a picture at most; no more than images of the largest size fit side by side, and no more than
     *     there are labels
     * @param cooccurrence the probability that a further label comes from the same scene as the first, from 0 (labels are
     *     drawn without regard to each other) to 1
     * @param order the order in which a model that writes labels one after the other learns them
     * @param train pictures an epoch
     * @param validation pictures to choose the best epoch by
     * @param test pictures to test on
     */
    record Scatter(int size, int smallest, int largest, int least, int most, double cooccurrence, Order order,
            int train, int validation, int test) implements Canvas {
        /** One to four images on a square of 48 pixels. */
        public static final Scatter DEFAULT = new Scatter(48, 10, 22, 1, 4, 0.8, Order.FREQUENT, 20_000, 2_000, 10_000);
        private static final int SMALLEST = 4;
        private static final int LARGEST = 512;

        /** The order of a set's labels. */
        public enum Order {
            /** The most frequent label first (Wang et al. 2016). */
            FREQUENT,
            /** Another order for every picture. */
            RANDOM
        }

        /** Checks the values. */
        public Scatter {
            require(size >= SMALLEST && size <= LARGEST,
                    "size must be from " + SMALLEST + " to " + LARGEST + ", not " + size);
            require(smallest >= SMALLEST && smallest <= largest && largest <= size,
                    "smallest and largest must be from " + SMALLEST + " up to size, which is " + size
                            + ", in this order, not " + smallest + " and " + largest);
            require(least >= 1 && least <= most, "least and most must be from 1 up, in this order, not " + least
                    + " and " + most);
            int places = (size / largest) * (size / largest);
            require(most <= places, "most is " + most + ", but a canvas of " + size + " x " + size + " holds " + places
                    + " images of " + largest + " x " + largest + " side by side");
            require(cooccurrence >= 0 && cooccurrence <= 1,
                    "cooccurrence must be a fraction, 0 to 1, not " + cooccurrence);
            requireCounts(train, validation, test);
        }

        @Override
        public Answer answer() {
            return Answer.SET;
        }

        @Override
        public int longest() {
            return most;
        }

        @Override
        public Pictures pictures(ImageSet images, int[] chosen, RandomKey key) {
            return new ScatterPictures(this, images, chosen, key);
        }

        @Override
        public Drawn drawn() {
            return new Drawn(train, validation, test);
        }
    }

    private static void requireCounts(int train, int validation, int test) {
        require(train >= 1, "train must be at least 1, not " + train);
        require(validation >= 0, "validation must be 0 or more, not " + validation);
        require(test >= 1, "test must be at least 1, not " + test);
    }

    private static void require(boolean valid, String message) {
        if (!valid) {
            throw new IllegalArgumentException(message);
        }
    }
}
