package scanline.lab.report.figure;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.DoubleStream;

import scanline.data.image.ImageSet;

/** A drawing of images, maps over them, and text, in places of equal size. */
final class MapSheet {
    /** The side of an image or a map, in pixels. */
    static final int SIDE = 56;
    private static final int GRAYS = 32;
    private static final int HEATS = 24;
    private static final String STYLE = """
            <style>
            text{font:11px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#59636e}
            .h{font-size:13px;font-weight:600;fill:#1f2328}
            .m{text-anchor:middle}
            .s{font-size:9px}
            .x{fill:#cf222e}
            .b{fill:#fff;stroke:#d1d9e0}
            .w{fill:#fff}.a{fill:#ff8c1a}
            path{shape-rendering:crispEdges}
            @media(prefers-color-scheme:dark){
            text{fill:#9198a1}.h{fill:#f0f6fc}.b{fill:#0d1117;stroke:#3d444d}.x{fill:#ff7b72}}
            </style>
            """;

    private final StringBuilder svg = new StringBuilder();
    private int images;

    /** Creates an empty drawing; sizes are in pixels. */
    MapSheet(int width, int height) {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(width).append("\" height=\"")
                .append(height).append("\" viewBox=\"0 0 ").append(width).append(' ').append(height).append("\">\n")
                .append(STYLE).append("<rect class=\"b\" x=\".5\" y=\".5\" width=\"").append(width - 1)
                .append("\" height=\"").append(height - 1).append("\" rx=\"6\"/>\n");
    }

    /** Returns the drawing as SVG. */
    String text() {
        return svg + "</svg>\n";
    }

    /** Adds text; its kind is made of style classes: h heading, m centered, s small, x incorrect. */
    void text(int x, int y, String kind, String words) {
        svg.append("<text x=\"").append(x).append("\" y=\"").append(y).append('"')
                .append(kind.isEmpty() ? "" : " class=\"" + kind + "\"").append('>').append(Markup.escaped(words))
                .append("</text>\n");
    }

    /** Adds an image, and returns its name for {@link #over}. */
    String image(int x, int y, ImageSet image) {
        String id = "i" + images++;
        place(x, y, image.height(), image.width());
        svg.append("<g id=\"").append(id).append("\">");
        black(image.height(), image.width());
        byte[] pixels = image.pixels();
        shades("w", image.height(), image.width(), GRAYS, 1,
                pixel -> Math.round(Byte.toUnsignedInt(pixels[pixel]) * GRAYS / 255f));
        svg.append("</g></g>\n");
        return id;
    }

    /** Adds a map over an image that has been drawn, with its range below. */
    void over(String id, int x, int y, ImageSet image, double[] values) {
        place(x, y, image.height(), image.width());
        svg.append("<use href=\"#").append(id).append("\"/>");
        heat(image.height(), image.width(), values, 0.8);
        range(x, y, values);
    }

    /** Adds a map alone, with its range below. */
    void map(int x, int y, int height, int width, double[] values) {
        place(x, y, height, width);
        black(height, width);
        heat(height, width, values, 1);
        range(x, y, values);
    }

    /** Starts a group in which a pixel is one unit wide. */
    private void place(int x, int y, int height, int width) {
        svg.append("<g transform=\"translate(").append(x).append(' ').append(y).append(") scale(")
                .append(String.format(Locale.ROOT, "%.4f", (double) SIDE / Math.max(height, width))).append(")\">");
    }

    private void heat(int height, int width, double[] values, double most) {
        double low = least(values);
        double high = most(values);
        svg.append("<g class=\"map\">");
        shades("a", height, width, HEATS, most,
                pixel -> high > low ? (int) Math.round((values[pixel] - low) / (high - low) * HEATS) : HEATS);
        svg.append("</g></g>\n");
    }

    private void range(int x, int y, double[] values) {
        text(x + SIDE / 2, y + SIDE + 12, "m s", share(least(values)) + " to " + share(most(values)) + " %");
    }

    private void black(int height, int width) {
        svg.append("<rect width=\"").append(width).append("\" height=\"").append(height).append("\"/>");
    }

    /** Adds layers of a color, one per level of opacity above 0, each made of rectangles of pixels at that level. */
    private void shades(String color, int height, int width, int levels, double most, IntUnaryOperator level) {
        rectangles(height, width, level).tailMap(1)
                .forEach((at, path) -> svg.append("<path class=\"").append(color).append('"')
                        .append(at * most < levels
                                ? String.format(Locale.ROOT, " fill-opacity=\"%.3f\"", at * most / levels)
                                : "")
                        .append(" d=\"").append(path).append("\"/>"));
    }

    /** Covers an image with rectangles of uniform level, as few as a greedy search finds. */
    private static SortedMap<Integer, String> rectangles(int height, int width, IntUnaryOperator level) {
        SortedMap<Integer, String> paths = new TreeMap<>();
        boolean[] covered = new boolean[height * width];
        for (int pixel = 0; pixel < covered.length; pixel++) {
            int at = level.applyAsInt(pixel);
            int x = pixel % width;
            int y = pixel / width;
            int across = 0;
            while (x + across < width && isFree(covered, pixel + across, 1, level, at)) {
                across++;
            }
            if (across == 0) {
                continue;
            }
            int down = 1;
            while (y + down < height && isFree(covered, pixel + down * width, across, level, at)) {
                down++;
            }
            for (int i = 0; i < across * down; i++) {
                covered[pixel + i / across * width + i % across] = true;
            }
            paths.merge(at, "M" + x + " " + y + "h" + across + "v" + down + "h-" + across + "z", String::concat);
        }
        return paths;
    }

    private static boolean isFree(boolean[] covered, int from, int count, IntUnaryOperator level, int at) {
        for (int pixel = from; pixel < from + count; pixel++) {
            if (covered[pixel] || level.applyAsInt(pixel) != at) {
                return false;
            }
        }
        return true;
    }

    private static double least(double[] values) {
        return DoubleStream.of(values).min().orElseThrow();
    }

    private static double most(double[] values) {
        return DoubleStream.of(values).max().orElseThrow();
    }

    private static String share(double value) {
        double percent = 100 * value;
        return String.format(Locale.ROOT, percent < 0.995 ? "%.2f" : percent < 9.95 ? "%.1f" : "%.0f", percent);
    }
}
