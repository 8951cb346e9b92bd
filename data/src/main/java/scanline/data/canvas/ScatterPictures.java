package scanline.data.canvas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import scanline.data.base.DataException;
import scanline.data.image.AreaScaling;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.random.RandomKey;

/**
 * The pictures of {@link Canvas.Scatter}, composed on demand; an instance is not thread-safe. Everything about picture
 * {@code n} is derived from {@code own = key.at(n)}.
 *
 * <p><b>Labels.</b> Some labels are more frequent than others, and some belong together; both are the same for every
 * recipe and seed. The label of rank {@code r}, from 0, is
 * {@code RandomKey.of(0, "scatter labels").permutation(classes)[r]}; its weight is {@code 1 / sqrt(1 + r)}, and it
 * belongs to scene {@code r % max(1, classes / 3)}, so 10 labels form scenes of 4, 3 and 3. The number of labels of a
 * picture is uniform from least to most. The first label is drawn from all labels, with probabilities proportional to
 * the weights; its scene is the scene of the picture. Each further label is drawn in the same way, with probability
 * {@code cooccurrence} from the unused labels of that scene, if any are left, and otherwise from all unused labels.
 * With a {@code cooccurrence} of 0, labels are therefore drawn independently of the scene.
 *
 * <p><b>Positions.</b> Each label, in the order in which they are drawn, gets an image, uniform among the chosen images
 * of that label; a side in pixels, uniform from smallest to largest, to which {@link AreaScaling} scales both of its
 * sides; and a position, uniform among those where the image is inside the picture. A position where its square would
 * overlap an earlier image is drawn again, up to 20 positions in all; the last one is used, so images may overlap.
 * Where they do, the brighter pixel is shown; where there is no image, the picture is black.
 *
 * <p><b>Answers.</b> The labels are sorted. With {@link Canvas.Scatter.Order#FREQUENT}, labels come first that are in
 * more of the 10,000 sets which pictures 0 to 9,999 would show if the key were
 * {@code RandomKey.of(0, "scatter frequencies")}, and of two labels that are in the same number of sets, the smaller
 * one. With {@link Canvas.Scatter.Order#RANDOM}, the order is drawn for each picture.
 */
final class ScatterPictures implements Pictures {
    private static final int POSITIONS_TRIED = 20;

    /**
     * An image in a picture, scaled to side x side pixels, with its top left pixel in the row {@code top} and column
     * {@code left}.
     */
    record Placed(int image, int side, int top, int left) {
        boolean overlaps(Placed other) {
            return top < other.top + other.side && other.top < top + side
                    && left < other.left + other.side && other.left < left + side;
        }
    }

    private final Canvas.Scatter canvas;
    private final RandomKey key;
    private final LabelSets sets;
    // The chosen images of each label.
    private final int[][] images;
    private final AreaScaling scaling;
    private final byte[] square;
    // All labels in the order of answers, and the position of each label in it; empty if each picture has its own
    // order.
    private final int[] ordered;
    private final int[] ranks;

    /**
     * Creates the pictures of a set of images.
     *
     * @param chosen the numbers of the images that may be used
     * @throws DataException if there are fewer labels than a picture may have, or no chosen image has one of the labels
     */
    ScatterPictures(Canvas.Scatter canvas, ImageSet images, int[] chosen, RandomKey key) {
        this.canvas = canvas;
        this.key = key;
        sets = new LabelSets(canvas, images.classes());
        this.images = byLabel(images, chosen);
        scaling = new AreaScaling(images);
        square = new byte[canvas.maxSize() * canvas.maxSize()];
        ordered = canvas.order() == Canvas.Scatter.Order.FREQUENT ? sets.byFrequency() : new int[0];
        ranks = new int[ordered.length];
        for (int rank = 0; rank < ranks.length; rank++) {
            ranks[ordered[rank]] = rank;
        }
    }

    private static int[][] byLabel(ImageSet images, int[] chosen) {
        int[][] byLabel = new int[images.classes()][];
        for (int label = 0; label < byLabel.length; label++) {
            int wanted = label;
            byLabel[label] = Arrays.stream(chosen).filter(image -> images.label(image) == wanted).toArray();
            if (byLabel[label].length == 0) {
                throw new DataException("data.canvas: none of the " + chosen.length
                        + " images to compose pictures from has label " + label
                        + " (data.limit and data.validation set how many training images there are)");
            }
        }
        return byLabel;
    }

    @Override
    public int height() {
        return canvas.size();
    }

    @Override
    public int width() {
        return canvas.size();
    }

    @Override
    public int classes() {
        return images.length;
    }

    @Override
    public void draw(int number, byte[] pixels, int at) {
        Arrays.fill(pixels, at, at + canvas.size() * canvas.size(), (byte) 0);
        for (Placed placed : placed(number)) {
            scaling.scale(placed.image(), placed.side(), placed.side(), square);
            for (int y = 0; y < placed.side(); y++) {
                int row = at + (placed.top() + y) * canvas.size() + placed.left();
                brighten(pixels, row, square, y * placed.side(), placed.side());
            }
        }
    }

    /** Replaces pixels with those of another image where these are brighter. */
    private static void brighten(byte[] pixels, int at, byte[] others, int from, int count) {
        for (int x = 0; x < count; x++) {
            pixels[at + x] = (byte) Math.max(pixels[at + x] & 0xFF, others[from + x] & 0xFF);
        }
    }

    @Override
    public int[] answer(int number) {
        RandomKey own = key.at(number);
        int[] labels = sets.drawn(own);
        return switch (canvas.order()) {
            case FREQUENT -> Arrays.stream(labels).map(label -> ranks[label]).sorted().map(rank -> ordered[rank])
                    .toArray();
            case RANDOM -> IntStream.of(own.purpose("order").permutation(labels.length)).map(i -> labels[i])
                    .toArray();
        };
    }

    /** Returns the images of a picture, in the order in which their labels are drawn. */
    List<Placed> placed(int number) {
        RandomKey own = key.at(number);
        RandomKey imageKey = own.purpose("image");
        RandomKey sideKey = own.purpose("side");
        RandomKey placeKey = own.purpose("place");
        int[] labels = sets.drawn(own);
        List<Placed> placed = new ArrayList<>(labels.length);
        for (int i = 0; i < labels.length; i++) {
            int[] some = images[labels[i]];
            int image = some[imageKey.below(some.length, i)];
            int side = canvas.minSize() + sideKey.below(canvas.maxSize() - canvas.minSize() + 1, i);
            placed.add(placed(image, side, placeKey.at(i), placed));
        }
        return placed;
    }

    private Placed placed(int image, int side, RandomKey places, List<Placed> before) {
        int bound = canvas.size() - side + 1;
        Placed tried;
        int n = 0;
        do {
            RandomKey place = places.at(n);
            tried = new Placed(image, side, place.below(bound, 0), place.below(bound, 1));
            n++;
        } while (n < POSITIONS_TRIED && before.stream().anyMatch(tried::overlaps));
        return tried;
    }
}
