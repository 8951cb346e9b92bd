package scanline.lab.canvas;

import java.util.Arrays;
import scanline.engine.random.RandomKey;
import scanline.lab.base.DataException;
import scanline.lab.image.ImageSet;
import scanline.lab.image.Pictures;

/**
 * Pictures of {@link Canvas.Grid}, drawn when they are asked for.
 *
 * <p>Everything about picture {@code n} comes from {@code own = key.at(n)}. Place {@code i}, row by row from the top left,
 * stays black where {@code own.purpose("blank").uniform(i) < blanks}; otherwise the image
 * {@code chosen[own.purpose("image").below(chosen.length, i)]} fills it, as it is.
 */
final class GridPictures implements Pictures {
    private static final int BLANK = -1;

    private final Canvas.Grid canvas;
    private final ImageSet images;
    private final int[] chosen;
    private final RandomKey key;

    /**
     * Pictures of some images.
     *
     * @param chosen the images that may be on them, each as likely as any other
     * @throws DataException if none is chosen
     */
    GridPictures(Canvas.Grid canvas, ImageSet images, int[] chosen, RandomKey key) {
        if (chosen.length == 0) {
            throw new DataException("data.canvas: there is no image to make pictures of"
                    + " (data.limit and data.validation say how many there are)");
        }
        this.canvas = canvas;
        this.images = images;
        this.chosen = chosen.clone();
        this.key = key;
    }

    @Override
    public int height() {
        return canvas.rows() * images.height();
    }

    @Override
    public int width() {
        return canvas.columns() * images.width();
    }

    @Override
    public int classes() {
        return images.classes();
    }

    @Override
    public void draw(int number, byte[] pixels, int at) {
        int[] places = places(number);
        for (int i = 0; i < places.length; i++) {
            int top = i / canvas.columns() * images.height();
            int left = i % canvas.columns() * images.width();
            for (int y = 0; y < images.height(); y++) {
                fill(pixels, at + (top + y) * width() + left, places[i], y);
            }
        }
    }

    /** One row of one place. */
    private void fill(byte[] pixels, int at, int image, int y) {
        if (image == BLANK) {
            Arrays.fill(pixels, at, at + images.width(), (byte) 0);
        } else {
            System.arraycopy(images.pixels(), (image * images.height() + y) * images.width(), pixels, at,
                    images.width());
        }
    }

    /** The labels of the places that are not black, row by row from the top left; none if all are. */
    @Override
    public int[] answer(int number) {
        return Arrays.stream(places(number)).filter(image -> image != BLANK).map(images::label).toArray();
    }

    /** The image at each place, row by row from the top left. */
    private int[] places(int number) {
        RandomKey own = key.at(number);
        RandomKey blank = own.purpose("blank");
        RandomKey image = own.purpose("image");
        int[] places = new int[canvas.longest()];
        for (int i = 0; i < places.length; i++) {
            places[i] = blank.uniform(i) < canvas.blanks() ? BLANK : chosen[image.below(chosen.length, i)];
        }
        return places;
    }
}
