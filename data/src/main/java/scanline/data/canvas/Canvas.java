package scanline.data.canvas;

import scanline.data.base.DataException;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.random.RandomKey;

/**
 * A way to compose pictures from the images of a data set. It determines what a model reads and what kind of labels it
 * predicts. A new canvas is a new record in this file with a constant {@code DEFAULT}: the recipe key
 * {@code data.canvas} finds it by its name in lower case, and each component of the record is a key below that one. A
 * {@link scanline.data.plugin.Plugin} adds a canvas from outside.
 */
public interface Canvas {
    /** The kinds of labels that a picture can have. */
    enum Answer {
        /** One label. */
        CLASS,
        /** Labels in the order in which they appear in the picture. */
        SEQUENCE,
        /** Different labels in no order. */
        SET
    }

    /** The kind of labels that a model must predict for a picture. */
    Answer answer();

    /** The largest number of labels of a picture. */
    int longest();

    /**
     * Returns the pictures.
     *
     * @param images the set of images that the pictures are composed of
     * @param chosen the numbers of the images that may be used
     * @param key the random key that all random choices are derived from
     * @throws DataException if the pictures cannot be composed of these images
     */
    Pictures pictures(ImageSet images, int[] chosen, RandomKey key);

    /** The numbers of pictures to compose. */
    Drawn drawn();

    /**
     * The numbers of pictures to compose for each split of the data; 0 if the images themselves are the pictures.
     *
     * @param train training pictures per epoch; each epoch has different ones
     * @param validation pictures composed of the images that {@code data.validation} holds out for validation
     * @param test pictures composed of the test images, the same ones for every recipe and seed
     */
    record Drawn(int train, int validation, int test) {
        /** No pictures are composed. */
        public static final Drawn NOTHING = new Drawn(0, 0, 0);

        /** Returns whether any pictures are composed. */
        public boolean isAnything() {
            return train > 0;
        }
    }

    /** A canvas with one image per picture; the label is its class. */
    record Single() implements Canvas {
        /** The only instance. */
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
     * A canvas with a grid of images, drawn with replacement; the labels are those of the images, row by row from the
     * top left. {@link GridPictures} has the exact distribution.
     *
     * @param rows rows of the grid, 1 to 4
     * @param columns columns of the grid, 1 to 4
     * @param blanks the probability that a cell stays black, in [0, 1); a black cell has no label, so a picture may
     *     have none
     * @param train training pictures per epoch
     * @param validation pictures that the best epoch is chosen on
     * @param test pictures to test on
     */
    record Grid(int rows, int columns, double blanks, int train, int validation, int test) implements Canvas {
        /** Four images in a 2 x 2 grid. */
        public static final Grid DEFAULT = new Grid(2, 2, 0, 60_000, 2_000, 10_000);
        private static final int LARGEST = 4;

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
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
     * A canvas with images of different labels at random positions and sizes on a square; the answer is the set of
     * their labels, some of which tend to appear together. {@link ScatterPictures} has the exact distribution.
     *
     * @param size the side of the square in pixels, 4 to 512
     * @param minSize the smallest side of an image in pixels, 4 or more
     * @param maxSize the largest side of an image in pixels; the images of the set are scaled, whatever size they have
     * @param minImages the smallest number of labels of a picture, 1 or more
     * @param maxImages the largest number of labels of a picture; at most the number of images of the largest size that fit
     *     side by side, and at most the number of classes
     * @param cooccurrence the probability that another label comes from the same scene as the first one, from 0 (labels
     *     are drawn independently of each other) to 1
     * @param order the order in which a model that writes one label after another learns them
     * @param train training pictures per epoch
     * @param validation pictures that the best epoch is chosen on
     * @param test pictures to test on
     */
    record Scatter(int size, int minSize, int maxSize, int minImages, int maxImages, double cooccurrence, Order order,
            int train, int validation, int test) implements Canvas {
        /** One to four images on a square of 48 pixels. */
        public static final Scatter DEFAULT = new Scatter(48, 10, 22, 1, 4, 0.8, Order.FREQUENT, 20_000, 2_000, 10_000);
        private static final int SMALLEST = 4;
        private static final int LARGEST = 512;

        /** The orders of the labels of a set. */
        public enum Order {
            /** The most frequent label first (Wang et al. 2016). */
            FREQUENT,
            /** A new order for every picture. */
            RANDOM
        }

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public Scatter {
            require(size >= SMALLEST && size <= LARGEST,
                    "size must be from " + SMALLEST + " to " + LARGEST + ", not " + size);
            require(minSize >= SMALLEST && minSize <= maxSize && maxSize <= size,
                    "minSize and maxSize must satisfy " + SMALLEST + " <= minSize <= maxSize <= size, which is "
                            + size + ", not " + minSize + " and " + maxSize);
            require(minImages >= 1 && minImages <= maxImages,
                    "minImages and maxImages must satisfy 1 <= minImages <= maxImages, not " + minImages
                            + " and " + maxImages);
            int places = (size / maxSize) * (size / maxSize);
            require(maxImages <= places, "maxImages is " + maxImages + ", but a canvas of " + size + " x " + size
                    + " only has room for " + places + " images of " + maxSize + " x " + maxSize + " side by side");
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
            return maxImages;
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
