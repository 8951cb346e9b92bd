package scanline.lab.sequence;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.engine.random.RandomKey;
import scanline.lab.base.DataException;
import scanline.lab.base.FileName;
import scanline.lab.image.Divisor;

/**
 * In what order a sequence model reads an image. A new order is a new record in this file, with a constant {@code DEFAULT};
 * the recipe's {@code data.scan} key finds it by its name in lower case, and each of its components is a key below that.
 */
public sealed interface Scan {
    /**
     * How many numbers a step holds.
     *
     * @throws DataException if images of this size cannot be read so
     */
    int features(int height, int width);

    /**
     * How many steps an image of this size takes.
     *
     * @throws DataException if images of this size cannot be read so
     */
    default int steps(int height, int width) {
        return height * width / features(height, width);
    }

    /** In an order, what is no pixel of the image, and black. */
    int BLACK = -1;

    /**
     * The pixels in the order in which they are read: the one at {@code t * features + f} is feature f of step t. Pixels
     * are numbered row by row from the top left, and read so if a scan says nothing else; {@link #BLACK} lies outside.
     *
     * @throws DataException if images of this size cannot be read so
     */
    default int[] order(int height, int width) {
        return IntStream.range(0, height * width).toArray();
    }

    /** A row at a time, from the top: as many steps as rows, as many features as columns. */
    record Rows() implements Scan {
        /** The only one. */
        public static final Rows DEFAULT = new Rows();

        @Override
        public int features(int height, int width) {
            return width;
        }
    }

    /** A column at a time, from the left: as many steps as columns, as many features as rows. */
    record Columns() implements Scan {
        /** The only one. */
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

    /** A pixel at a time, row by row from the top left: one feature a step. */
    record Pixels() implements Scan {
        /** The only one. */
        public static final Pixels DEFAULT = new Pixels();

        @Override
        public int features(int height, int width) {
            return 1;
        }
    }

    /**
     * Some pixels at a time, row by row from the top left.
     *
     * @param size pixels a step
     */
    record Chunks(int size) implements Scan {
        /** A quarter of MNIST's rows. */
        public static final Chunks DEFAULT = new Chunks(7);

        /** Checks the size. */
        public Chunks {
            requirePositive(size);
        }

        @Override
        public int features(int height, int width) {
            return divisor(size, height, width);
        }
    }

    /**
     * The pixels in an order without sense, the same one for every image, so that neighbors are far apart; with MNIST and
     * a pixel a step this is permuted sequential MNIST (Le, Jaitly and Hinton 2015, arXiv 1504.00941).
     *
     * @param seed which order
     * @param size pixels a step
     * @param file a text file with the numbers of the pixels in the wanted order, which then needs no seed; empty for none
     */
    record Permuted(long seed, int size, String file) implements Scan {
        /** The first order, a pixel a step. */
        public static final Permuted DEFAULT = new Permuted(1, 1, "");

        /** Checks the size and the name. */
        public Permuted {
            requirePositive(size);
            file = FileName.absolute("file", file);
        }

        @Override
        public int features(int height, int width) {
            return divisor(size, height, width);
        }

        @Override
        public int[] order(int height, int width) {
            return file.isEmpty()
                    ? RandomKey.of(seed, "scan permutation").permutation(height * width)
                    : PermutationFile.read("data.scan.file", Path.of(file), height, width);
        }
    }

    /**
     * A square patch at a time, row by row from the top left, and the pixels of a patch row by row (Dosovitskiy et al. 2021,
     * arXiv 2010.11929); {@code rearrange('b c (h p1) (w p2) -> b (h w) (p1 p2 c)')} in the words of einops.
     *
     * @param size pixels a side of a patch
     * @param pad whether an image whose sides it does not divide grows to those that it does, by black pixels all around;
     *     where their number is odd, by one more below and on the right
     */
    record Patches(int size, boolean pad) implements Scan {
        /** Four of MNIST's. */
        public static final Patches DEFAULT = new Patches(14, false);

        /** Checks the size. */
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

        /** Patches along a side. */
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
