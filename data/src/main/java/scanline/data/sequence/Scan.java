package scanline.data.sequence;

import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.data.base.DataException;
import scanline.data.base.FileName;
import scanline.data.image.Divisor;

/**
 * An order in which a sequence model reads an image. A new order is a new record in this file with a constant
 * {@code DEFAULT}: the recipe key {@code data.scan} finds it by its name in lower case, and each component of the
 * record is a key below that one. A {@link scanline.data.plugin.Plugin} adds an order from outside.
 */
public interface Scan {
    /**
     * Returns the number of features of a step.
     *
     * @throws DataException if this order does not support images of this size
     */
    int features(int height, int width);

    /**
     * Returns the number of steps of an image of this size.
     *
     * @throws DataException if this order does not support images of this size
     */
    default int steps(int height, int width) {
        return height * width / features(height, width);
    }

    /** The number in an order that represents a black pixel outside the image. */
    int BLACK = -1;

    /**
     * Returns the pixels in the order in which they are read: the one at {@code t * features + f} is feature f of step
     * t. Pixels are numbered row by row from the top left, which is also the default order; {@link #BLACK} is outside
     * the image.
     *
     * @return numbers of pixels: steps x features
     * @throws DataException if this order does not support images of this size
     */
    default int[] order(int height, int width) {
        return IntStream.range(0, height * width).toArray();
    }

    /** One row per step, from the top: the number of steps is the height, and the number of features is the width. */
    record Rows() implements Scan {
        /** The only instance. */
        public static final Rows DEFAULT = new Rows();

        @Override
        public int features(int height, int width) {
            return width;
        }
    }

    /**
     * One column per step, from the left: the number of steps is the width, and the number of features is the height.
     */
    record Columns() implements Scan {
        /** The only instance. */
        public static final Columns DEFAULT = new Columns();

        @Override
        public int features(int height, int width) {
            return height;
        }

        @Override
        public int[] order(int height, int width) {
            return IntStream.range(0, height * width).map(i -> i % height * width + i / height).toArray();
        }
    }

    /** One pixel per step, row by row from the top left. */
    record Pixels() implements Scan {
        /** The only instance. */
        public static final Pixels DEFAULT = new Pixels();

        @Override
        public int features(int height, int width) {
            return 1;
        }
    }

    /**
     * Several pixels per step, row by row from the top left.
     *
     * @param size the number of pixels per step
     */
    record Chunks(int size) implements Scan {
        /** A quarter of a row of MNIST per step. */
        public static final Chunks DEFAULT = new Chunks(7);

        /**
         * Checks the size.
         *
         * @throws IllegalArgumentException if it is less than 1
         */
        public Chunks {
            requirePositive(size);
        }

        @Override
        public int features(int height, int width) {
            return divisor(size, height, width);
        }
    }

    /**
     * The pixels in a fixed order, the same for every image, in which neighbors are far apart. With MNIST and one pixel
     * per step this is permuted sequential MNIST (Le, Jaitly and Hinton 2015, arXiv 1504.00941).
     *
     * @param order the order
     * @param seed the seed that determines the order, if this is that of a seed
     * @param size the number of pixels per step
     * @param file a text file with the numbers of the pixels in the desired order, which replaces the seed; empty for
     *     none
     */
    record Permuted(PixelOrder order, long seed, int size, String file) implements Scan {
        /** The order of seed 1, one pixel per step. */
        public static final Permuted DEFAULT = new Permuted(PixelOrder.SEED, 1, 1, "");

        /**
         * Checks the values and makes the name of the file absolute.
         *
         * @throws IllegalArgumentException if the size is less than 1, the name cannot be that of a file, or there is a
         *     file as well as an order without a seed
         */
        public Permuted {
            requirePositive(size);
            file = FileName.absolute("file", file);
            if (!file.isEmpty() && order != PixelOrder.SEED) {
                throw new IllegalArgumentException("order is " + order.toString().toLowerCase(Locale.ROOT)
                        + ", but a file (" + file + ") also gives an order; only one can be used");
            }
        }

        /** Creates an order of a seed, or of a file if its name is not empty. */
        public Permuted(long seed, int size, String file) {
            this(PixelOrder.SEED, seed, size, file);
        }

        @Override
        public int features(int height, int width) {
            return divisor(size, height, width);
        }

        @Override
        public int[] order(int height, int width) {
            return file.isEmpty()
                    ? order.of(height, width, seed)
                    : PermutationFile.read("data.scan.file", Path.of(file), height, width);
        }
    }

    /**
     * One square patch per step, row by row from the top left, and the pixels of a patch row by row (Dosovitskiy et al.
     * 2021, arXiv 2010.11929); in einops notation, {@code rearrange('b c (h p1) (w p2) -> b (h w) (p1 p2 c)')}.
     *
     * @param size the side of a patch in pixels
     * @param pad whether images are padded with black pixels on all sides if the size does not divide theirs; an odd
     *     number of pixels puts one more at the bottom and on the right
     */
    record Patches(int size, boolean pad) implements Scan {
        /** Four patches for an image of MNIST. */
        public static final Patches DEFAULT = new Patches(14, false);

        /**
         * Checks the size.
         *
         * @throws IllegalArgumentException if it is less than 1
         */
        public Patches {
            requirePositive(size);
        }

        @Override
        public int features(int height, int width) {
            requireFits(height, width);
            return size * size;
        }

        @Override
        public int steps(int height, int width) {
            requireFits(height, width);
            return along(height) * along(width);
        }

        @Override
        public int[] order(int height, int width) {
            int[] order = new int[steps(height, width) * features(height, width)];
            int above = (along(height) * size - height) / 2;
            int left = (along(width) * size - width) / 2;
            for (int i = 0; i < order.length; i++) {
                int patch = i / (size * size);
                int y = patch / along(width) * size + i / size % size - above;
                int x = patch % along(width) * size + i % size - left;
                order[i] = 0 <= y && y < height && 0 <= x && x < width ? y * width + x : BLACK;
            }
            return order;
        }

        /** Returns the number of patches along a side. */
        private int along(int side) {
            return (side - 1) / size + 1;
        }

        private void requireFits(int height, int width) {
            int largest = Math.max(height, width);
            boolean fits = pad ? size <= largest : height % size == 0 && width % size == 0;
            if (!fits) {
                String image = "an image of " + height + " x " + width;
                String sizes = IntStream.rangeClosed(1, Math.min(height, width))
                        .filter(each -> height % each == 0 && width % each == 0).mapToObj(Integer::toString)
                        .collect(Collectors.joining(", "));
                throw new DataException("data.scan.size is " + size + (pad
                        ? ", but must be at most " + largest + " for " + image
                        : ", but must divide both sides of " + image + " (" + sizes
                                + "), unless data.scan.pad is true"));
            }
        }
    }

    private static void requirePositive(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, not " + size);
        }
    }

    private static int divisor(int size, int height, int width) {
        return Divisor.require("data.scan.size", size, height * width,
                "the " + height * width + " pixels of an image of " + height + " x " + width);
    }
}
