package scanline.data.sequence;

import java.util.Locale;
import java.util.stream.IntStream;
import scanline.data.base.DataException;
import scanline.engine.random.RandomKey;

/** The orders of pixels that are called "permuted" in the literature; docs/data.md says who used which. */
public enum PixelOrder {
    /** The order of {@code data.scan.seed}. */
    SEED,
    /** Column by column from the left, each from the top. */
    COLUMNS,
    /**
     * Pixel i is the number i with its bits reversed, where numbers have as many bits as the last pixel needs and those
     * that are not a pixel are left out. Used for HiPPO, LSSL, S4, S5 and LRU.
     */
    BIT_REVERSAL,
    /** {@code numpy.random.RandomState(92916).permutation(784)}, of the code of expRNN. */
    EXPRNN_92916,
    /** {@code torch.manual_seed(5544); torch.randperm(784)}, of the code of UnICORNN and LEM. */
    LEM_5544,
    /** {@code torch.manual_seed(12008); torch.randperm(784)}, of the code of coRNN. */
    CORNN_12008,
    /**
     * {@code numpy.random.RandomState(1).randint(0, 784, 784)}, as the code of Cooijmans et al. 2016 draws: with
     * replacement, so that it is not a permutation. It has 501 different pixels, and never reads the other 283.
     */
    COOIJMANS_WITH_REPLACEMENT;

    // Sides of the images of MNIST, for which the drawn orders were published.
    private static final int SIDE = 28;

    /**
     * Returns the numbers of the pixels in this order.
     *
     * @param seed the seed of {@link #SEED}
     * @throws DataException if this order is one of images of another size
     */
    int[] of(int height, int width, long seed) {
        int n = height * width;
        return switch (this) {
            case SEED -> RandomKey.of(seed, "scan permutation").permutation(n);
            case COLUMNS -> Scan.Columns.DEFAULT.order(height, width);
            case BIT_REVERSAL -> bitReversal(n);
            case EXPRNN_92916 -> {
                requireMnist(height, width);
                yield numpyPermutation(new MersenneTwister(92_916), n);
            }
            case LEM_5544 -> {
                requireMnist(height, width);
                yield torchPermutation(new MersenneTwister(5_544), n);
            }
            case CORNN_12008 -> {
                requireMnist(height, width);
                yield torchPermutation(new MersenneTwister(12_008), n);
            }
            case COOIJMANS_WITH_REPLACEMENT -> {
                requireMnist(height, width);
                MersenneTwister random = new MersenneTwister(1);
                yield IntStream.generate(() -> random.upTo(n - 1)).limit(n).toArray();
            }
        };
    }

    private void requireMnist(int height, int width) {
        if (height != SIDE || width != SIDE) {
            throw new DataException("data.scan.order=" + toString().toLowerCase(Locale.ROOT)
                    + " is an order of images of 28 x 28, not of " + height + " x " + width
                    + "; seed, columns and bit_reversal are orders of images of any size");
        }
    }

    private static int[] bitReversal(int n) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
        return n == 1
                ? new int[1]
                : IntStream.range(0, 1 << bits).map(i -> Integer.reverse(i) >>> (Integer.SIZE - bits))
                        .filter(pixel -> pixel < n).toArray();
    }

    /** The shuffle of NumPy's {@code RandomState.permutation}: from the end, with one that is not after it. */
    private static int[] numpyPermutation(MersenneTwister random, int n) {
        int[] order = IntStream.range(0, n).toArray();
        for (int i = n - 1; i > 0; i--) {
            swap(order, i, random.upTo(i));
        }
        return order;
    }

    /** The shuffle of PyTorch's {@code randperm} on the CPU: from the start, with one that is not before it. */
    private static int[] torchPermutation(MersenneTwister random, int n) {
        int[] order = IntStream.range(0, n).toArray();
        for (int i = 0; i < n - 1; i++) {
            swap(order, i, i + (int) (random.bits() % (n - i)));
        }
        return order;
    }

    private static void swap(int[] order, int i, int j) {
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
