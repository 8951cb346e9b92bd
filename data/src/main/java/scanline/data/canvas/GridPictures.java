package scanline.data.canvas;

import java.util.Arrays;
import scanline.data.base.DataException;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.random.RandomKey;

/**
 * The pictures of {@link Canvas.Grid}, composed on demand.
 *
 * <p>Everything about picture {@code n} is derived from {@code own = key.at(n)}. Cell {@code i}, counted row by row
 * from the top left, stays black if {@code own.purpose("blank").uniform(i) < blanks}; otherwise it shows the unchanged
 * image {@code chosen[own.purpose("image").below(chosen.length, i)]}.
 */
final class GridPictures implements Pictures {
    private static final int BLANK = -1;

    private final Canvas.Grid canvas;
    private final ImageSet images;
    private final int[] chosen;
    private final RandomKey key;

    /**
     * Creates the pictures of a set of images.
     *
     * @param chosen the numbers of the images that may be used, each with the same probability
     * @throws DataException if no image is chosen
     */
    GridPictures(Canvas.Grid canvas, ImageSet images, int[] chosen, RandomKey key) {
        if (chosen.length == 0) {
            throw new DataException("data.canvas: no images to compose pictures from"
                    + " (data.limit and data.validation set how many there are)");
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
        int[] cells = cells(number);
        for (int i = 0; i < cells.length; i++) {
            int top = i / canvas.columns() * images.height();
            int left = i % canvas.columns() * images.width();
            for (int y = 0; y < images.height(); y++) {
                fill(pixels, at + (top + y) * width() + left, cells[i], y);
            }
        }
    }

    /** Fills one row of one cell. */
    private void fill(byte[] pixels, int at, int image, int y) {
        if (image == BLANK) {
            Arrays.fill(pixels, at, at + images.width(), (byte) 0);
        } else {
            System.arraycopy(images.pixels(), (image * images.height() + y) * images.width(), pixels, at,
                    images.width());
        }
    }

    /**
     * Returns the labels of the cells that are not black, row by row from the top left; empty if all cells are black.
     */
    @Override
    public int[] answer(int number) {
        return Arrays.stream(cells(number)).filter(image -> image != BLANK).map(images::label).toArray();
    }

    /** Returns the image of each cell, row by row from the top left. */
    private int[] cells(int number) {
        RandomKey own = key.at(number);
        RandomKey blank = own.purpose("blank");
        RandomKey image = own.purpose("image");
        int[] cells = new int[canvas.longest()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = blank.uniform(i) < canvas.blanks() ? BLANK : chosen[image.below(chosen.length, i)];
        }
        return cells;
    }
}
