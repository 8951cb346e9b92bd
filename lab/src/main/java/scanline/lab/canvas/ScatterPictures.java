package scanline.lab.canvas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import scanline.engine.random.RandomKey;
import scanline.lab.base.DataException;
import scanline.lab.image.AreaScaling;
import scanline.lab.image.ImageSet;
import scanline.lab.image.Pictures;

/**
 * Pictures of {@link Canvas.Scatter}, drawn when they are asked for, by one thread. Everything about picture {@code n} comes
 * from {@code own = key.at(n)}.
 *
 * <p><b>Labels.</b> Some are popular, and some belong together, for every recipe and seed alike. The label of rank
 * {@code r}, from 0, is {@code RandomKey.of(0, "scatter labels").permutation(classes)[r]}; its weight is
 * {@code 1 / sqrt(1 + r)}, and it belongs to scene {@code r % max(1, classes / 3)}, so that of 10 labels 4, 3 and 3 make
 * a scene. How many labels a picture has is uniform from least to most. The first one is drawn from all, each being as
 * likely as its weight says; its scene is that of the picture. Each further one is, with probability
 * {@code cooccurrence}, drawn so from the labels of that scene which are not yet taken, if any is left; otherwise from
 * all that are not yet taken. With a {@code cooccurrence} of 0, then, labels are drawn without regard to each other.
 *
 * <p><b>Places.</b> Each label, in the order in which they are drawn, gets an image, uniform among the chosen ones of that
 * label; a side in pixels, uniform from smallest to largest, to which {@link AreaScaling} brings both of its sides; and a
 * place, uniform among those where it lies inside the picture. A place at which its square would overlap an earlier
 * image's is drawn again, up to 20 places in all; the last one stands, so images may overlap. There the brighter pixel
 * is seen, and where no image is the picture is black.
 *
 * <p><b>Answers.</b> The labels, by {@link Canvas.Scatter.Order#FREQUENT} those first that are in more of the 10,000 sets
 * which pictures 0 to 9,999 would show if the key were {@code RandomKey.of(0, "scatter frequencies")}, and of those that
 * are in as many the smaller one; by {@link Canvas.Scatter.Order#RANDOM} in an order drawn for the picture.
 */
final class ScatterPictures implements Pictures {
    private static final int PLACES_TRIED = 20;

    /** An image on a picture, scaled to side x side, with its top left pixel in this row and column. */
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
    // All labels in the order of answers, and the turn of each in it; none where each picture has an order of its own.
    private final int[] inOrder;
    private final int[] turns;

    /**
     * Pictures of some images.
     *
     * @param chosen the images that may be on them
     * @throws DataException if there are fewer labels than a picture may have, or no chosen image has one of them
     */
    ScatterPictures(Canvas.Scatter canvas, ImageSet images, int[] chosen, RandomKey key) {
        this.canvas = canvas;
        this.key = key;
        sets = new LabelSets(canvas, images.classes());
        this.images = byLabel(images, chosen);
        scaling = new AreaScaling(images);
        square = new byte[canvas.largest() * canvas.largest()];
        inOrder = canvas.order() == Canvas.Scatter.Order.FREQUENT ? sets.byFrequency() : new int[0];
        turns = new int[inOrder.length];
        for (int turn = 0; turn < turns.length; turn++) {
            turns[inOrder[turn]] = turn;
        }
    }

    private static int[][] byLabel(ImageSet images, int[] chosen) {
        int[][] byLabel = new int[images.classes()][];
        for (int label = 0; label < byLabel.length; label++) {
            int wanted = label;
            byLabel[label] = Arrays.stream(chosen).filter(image -> images.label(image) == wanted).toArray();
            if (byLabel[label].length == 0) {
                throw new DataException("data.canvas: of the " + chosen.length
                        + " images to make pictures of none has label " + label
                        + " (of the training images data.limit and data.validation say how many there are)");
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

    /** Some pixels become those of another picture where they are brighter. */
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
            case FREQUENT -> Arrays.stream(labels).map(label -> turns[label]).sorted().map(turn -> inOrder[turn])
                    .toArray();
            case RANDOM -> IntStream.of(own.purpose("order").permutation(labels.length)).map(i -> labels[i])
                    .toArray();
        };
    }

    /** The images of a picture, in the order in which their labels are drawn. */
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
            int side = canvas.smallest() + sideKey.below(canvas.largest() - canvas.smallest() + 1, i);
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
        } while (n < PLACES_TRIED && before.stream().anyMatch(tried::overlaps));
        return tried;
    }
}
