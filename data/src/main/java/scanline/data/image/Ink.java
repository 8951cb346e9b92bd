package scanline.data.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds the writing in an image, such as a photograph of a digit on paper. Strokes are thinner than a third of the
 * image and darker than the paper around them, or lighter if most of the paper is darker. The lightness of the paper at
 * each position comes from a morphological opening (Serra 1982, "Image Analysis and Mathematical Morphology"), so
 * uneven light matters little. Specks are removed; if there is other ink, so are frames and ink that touches the edge
 * of the image, such as a table or a shadow.
 */
final class Ink {
    private static final int LARGEST_SIDE = 256;
    private static final int STROKES = 3; // a stroke is thinner than 1/3 of the longer side
    private static final int STRONGEST = 500; // the level of ink is the one that one pixel in 500 exceeds
    // The least difference between ink and paper: in levels, and in standard deviations of the paper. The strongest
    // values of normal noise differ by three deviations.
    private static final int LEAST_CONTRAST = 25;
    private static final double LEAST_DEVIATIONS = 4.5;
    private static final int LEAST_LIGHT = 32; // in less light, levels are too coarse to tell ink from paper
    private static final int SPECKS = 25; // a speck has fewer than 1/25 of the pixels of the largest piece of ink
    private static final int SMALL = 6; // frames are removed if other ink is larger than 1/6 of the longer side
    private static final int LEVELS = 256;

    private final int height;
    private final int width;
    // The contrast of each pixel to the paper around it, in levels.
    private final int[] above;

    private Ink(int height, int width, int[] above) {
        this.height = height;
        this.width = width;
        this.above = above;
    }

    private Ink(ImageSet image) {
        height = image.height();
        width = image.width();
        int window = Math.max(height, width) / STROKES | 1;
        int[] light = new int[height * width];
        Arrays.setAll(light, i -> Byte.toUnsignedInt(image.pixels()[i]));
        int[] dark = inverted(light);
        int[] most = highest(light, window);
        int[] least = inverted(highest(dark, window));
        long nearerToMost = 0;
        for (int i = 0; i < light.length; i++) {
            nearerToMost += 2 * light[i] - most[i] - least[i];
        }
        boolean isPaperLight = nearerToMost > 0;
        above = isPaperLight ? dark : light;
        int[] paper = highest(isPaperLight ? inverted(most) : least, window);
        for (int i = 0; i < above.length; i++) {
            // Dark ink absorbs a share of the light that falls on the paper; light ink does not depend on that light.
            above[i] = (above[i] - paper[i]) * (LEVELS - 1)
                    / (isPaperLight ? Math.max(LEAST_LIGHT, LEVELS - 1 - paper[i]) : LEVELS - 1);
        }
    }

    /**
     * Returns the ink of an image, scaled and centered like MNIST's digits ({@link Drawing#centered}), and as bright.
     *
     * @return unsigned bytes, row-major, light on dark: height x width; all black if there is no ink
     */
    static byte[] laid(ImageSet picture, PictureSize size) {
        byte[] pixels = of(picture).centered(size, 1).pixels();
        int most = 1;
        for (byte pixel : pixels) {
            most = Math.max(most, Byte.toUnsignedInt(pixel));
        }
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (Byte.toUnsignedInt(pixels[i]) * (LEVELS - 1) / most);
        }
        return pixels;
    }

    /** Returns the ink of an image, light on a black background; all black if there is no ink. */
    static Drawing of(ImageSet picture) {
        int side = Math.max(picture.height(), picture.width());
        return new Ink(side > LARGEST_SIDE ? scaled(picture, (double) LARGEST_SIDE / side) : picture).drawing();
    }

    private static ImageSet scaled(ImageSet picture, double scale) {
        int height = Math.max(1, (int) Math.round(scale * picture.height()));
        int width = Math.max(1, (int) Math.round(scale * picture.width()));
        byte[] pixels = new byte[height * width];
        new AreaScaling(picture).scale(0, height, width, pixels);
        return new ImageSet(height, width, pixels, picture.labels(), picture.classes());
    }

    private static int[] inverted(int[] levels) {
        return Arrays.stream(levels).map(level -> LEVELS - 1 - level).toArray();
    }

    /**
     * Returns the highest level within a square window around each pixel, with van Herk's method (1992, "A fast
     * algorithm for local minimum and maximum filters"), whose time does not depend on the size of the window.
     */
    private int[] highest(int[] levels, int window) {
        int[] along = new int[levels.length];
        int[] highest = new int[levels.length];
        for (int y = 0; y < height; y++) {
            highest(levels, y * width, 1, width, window, along);
        }
        for (int x = 0; x < width; x++) {
            highest(along, x, width, height, window, highest);
        }
        return highest;
    }

    private static void highest(int[] levels, int first, int step, int count, int window, int[] to) {
        int reach = window / 2;
        int blocks = (count + 2 * reach) / window + 1;
        // The highest level from the start of a block to each position, and from there to the end of the block.
        int[] before = new int[blocks * window];
        for (int i = 0; i < count; i++) {
            before[reach + i] = levels[first + i * step];
        }
        int[] after = before.clone();
        for (int i = 1; i < before.length; i++) {
            before[i] = i % window == 0 ? before[i] : Math.max(before[i], before[i - 1]);
        }
        for (int i = after.length - 2; i >= 0; i--) {
            after[i] = i % window == window - 1 ? after[i] : Math.max(after[i], after[i + 1]);
        }
        for (int i = 0; i < count; i++) {
            to[first + i * step] = Math.max(after[i], before[i + 2 * reach]);
        }
    }

    /**
     * The levels of paper and ink and the threshold between them; no level exceeds the threshold if noise could explain
     * the ink.
     */
    private record Levels(int paper, int ink, int threshold) {
        static Levels of(int[] above) {
            int[] sorted = above.clone();
            Arrays.sort(sorted);
            int paper = sorted[sorted.length / 4];
            int ink = sorted[sorted.length - 1 - sorted.length / STRONGEST];
            int threshold = (paper + ink) / 2;
            double squares = 0;
            int count = 0;
            while (count < sorted.length && sorted[count] <= threshold) {
                squares += StrictMath.pow(sorted[count++] - paper, 2);
            }
            boolean isInk = ink - paper >= Math.max(LEAST_CONTRAST, LEAST_DEVIATIONS * Math.sqrt(squares / count));
            return new Levels(paper, ink, isInk ? threshold : LEVELS);
        }

        /** Returns the level at which the soft edges of strokes start. */
        int edge() {
            return paper + (ink - paper) / 4;
        }

        /** Returns the level in a light-on-dark image, where the paper outside the soft edges is black. */
        byte shown(int level) {
            int white = paper + (ink - paper) * 3 / 4;
            return (byte) Math.clamp((level - edge()) * (long) (LEVELS - 1) / Math.max(1, white - edge()), 0,
                    LEVELS - 1);
        }
    }

    /** A connected piece of ink. */
    private record Piece(int[] pixels, int top, int bottom, int left, int right) {
        int side() {
            return Math.max(bottom - top, right - left) + 1;
        }

        boolean isWithin(Piece other) {
            return top > other.top && bottom < other.bottom && left > other.left && right < other.right;
        }
    }

    private Drawing drawing() {
        List<Piece> all = pieces(0);
        Ink within = new Ink(height, width, without(all.stream().filter(piece -> isAround(piece, all)).toList()));
        // The soft edges of removed pieces do not count as ink.
        List<Piece> inner = within.pieces(Levels.of(above).edge()).stream().filter(piece -> !isAround(piece, all))
                .toList();
        return inner.stream().anyMatch(piece -> piece.side() * SMALL > Math.max(height, width))
                ? within.drawing(inner)
                : drawing(all);
    }

    /** Returns whether a piece is a frame or touches the edge of the image. */
    private boolean isAround(Piece piece, List<Piece> pieces) {
        return piece.top == 0 || piece.left == 0 || piece.bottom == height - 1 || piece.right == width - 1
                || isFrame(piece, pieces);
    }

    private Drawing drawing(List<Piece> pieces) {
        byte[] drawn = new byte[above.length];
        Levels levels = Levels.of(above);
        for (Piece piece : pieces) {
            around(piece, 1).forEach(i -> drawn[i] = levels.shown(above[i]));
        }
        return new Drawing(height, width, drawn);
    }

    /** Returns levels in which the pieces and their soft edges are paper. */
    private int[] without(List<Piece> pieces) {
        int[] levels = above.clone();
        for (Piece piece : pieces) {
            around(piece, 2).forEach(i -> levels[i] = 0);
        }
        return levels;
    }

    /** Returns the pixels of a piece and those within a distance of it. */
    private IntStream around(Piece piece, int reach) {
        return IntStream.of(piece.pixels).flatMap(i -> IntStream
                .rangeClosed(Math.max(0, i / width - reach), Math.min(height - 1, i / width + reach))
                .flatMap(y -> IntStream.rangeClosed(Math.max(0, i % width - reach),
                        Math.min(width - 1, i % width + reach)).map(x -> y * width + x)));
    }

    /** Returns the pieces that differ from the paper by more than a number of levels, without specks. */
    private List<Piece> pieces(int least) {
        int threshold = Math.max(least, Levels.of(above).threshold);
        List<Piece> pieces = new ArrayList<>();
        boolean[] seen = new boolean[above.length];
        for (int i = 0; i < above.length; i++) {
            if (above[i] > threshold && !seen[i]) {
                pieces.add(piece(i, threshold, seen));
            }
        }
        int most = pieces.stream().mapToInt(piece -> piece.pixels.length).max().orElse(0);
        return pieces.stream().filter(piece -> piece.pixels.length * SPECKS >= most).toList();
    }

    private Piece piece(int start, int threshold, boolean[] seen) {
        ArrayDeque<Integer> open = new ArrayDeque<>(List.of(start));
        List<Integer> found = new ArrayList<>();
        seen[start] = true;
        int top = height;
        int bottom = 0;
        int left = width;
        int right = 0;
        while (!open.isEmpty()) {
            int at = open.pop();
            found.add(at);
            int y = at / width;
            int x = at % width;
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
            left = Math.min(left, x);
            right = Math.max(right, x);
            for (int v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
                for (int u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
                    int next = v * width + u;
                    if (!seen[next] && above[next] > threshold) {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        return new Piece(found.stream().mapToInt(Integer::intValue).toArray(), top, bottom, left, right);
    }

    /** Returns whether a piece runs along all four sides of a rectangle that contains other ink. */
    private boolean isFrame(Piece piece, List<Piece> pieces) {
        if (pieces.stream().noneMatch(other -> other.isWithin(piece))) {
            return false;
        }
        int h = piece.bottom - piece.top + 1;
        int w = piece.right - piece.left + 1;
        boolean[] rows = new boolean[2 * h];
        boolean[] columns = new boolean[2 * w];
        for (int i : piece.pixels) {
            int y = i / width - piece.top;
            int x = i % width - piece.left;
            rows[y] |= x < w / 10.0;
            rows[h + y] |= x >= w - w / 10.0;
            columns[x] |= y < h / 10.0;
            columns[w + x] |= y >= h - h / 10.0;
        }
        return isMostly(rows, 0, h) && isMostly(rows, h, 2 * h) && isMostly(columns, 0, w)
                && isMostly(columns, w, 2 * w);
    }

    private static boolean isMostly(boolean[] flags, int from, int to) {
        int set = 0;
        for (int i = from; i < to; i++) {
            set += flags[i] ? 1 : 0;
        }
        return set >= 0.9 * (to - from);
    }
}
