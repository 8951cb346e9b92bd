package scanline.lab.report;

import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.DoubleStream;

import scanline.lab.train.AttentionMap;

/**
 * What a model looks at in some test images, as a drawing: a line an image, with the image, the rollout of attention over
 * all blocks laid over it, and the heads of the last block.
 */
final class AttentionPicture {
    private static final int SIDE = 56;
    private static final int STRIDE = 68;
    private static final int LINE = 84;
    private static final int LEFT = 190; // room for the longest names of classes
    private static final int TOP = 92;
    private static final int LEAST_WIDTH = 680;
    private static final int MOST_HEADS = 16;
    private static final int GREYS = 32;
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

    private final List<AttentionMap> maps;
    private final StringBuilder svg = new StringBuilder();

    private AttentionPicture(List<AttentionMap> maps) {
        this.maps = maps;
    }

    /** The drawing of one map at least, all of one model. */
    static String svg(List<AttentionMap> maps) {
        return new AttentionPicture(maps).draw();
    }

    /** In words, what the maps show. */
    static String title(AttentionMap map) {
        return switch (map.readout()) {
            case CLASS_TOKEN -> "What the class token takes of each part of an image";
            case FIRST_STEP -> "What the first step, which is classified, takes of each part of an image";
            case MEAN -> "What the steps, whose mean is classified, take of each part of an image";
        };
    }

    private String draw() {
        AttentionMap first = maps.getFirst();
        int heads = Math.min(MOST_HEADS, first.heads().size());
        int width = Math.max(LEAST_WIDTH, LEFT + (2 + heads) * STRIDE + 8);
        int height = TOP + maps.size() * LINE + 4;
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(width).append("\" height=\"")
                .append(height).append("\" viewBox=\"0 0 ").append(width).append(' ').append(height).append("\">\n")
                .append(STYLE).append("<rect class=\"b\" x=\".5\" y=\".5\" width=\"").append(width - 1)
                .append("\" height=\"").append(height - 1).append("\" rx=\"6\"/>\n");
        text(16, 24, "h", title(first));
        text(16, 42, "", "Rollout: through all " + first.blocks() + " blocks. Heads: those of the last block"
                + (heads < first.heads().size() ? ", the first " + heads + " of " + first.heads().size() : "")
                + ". Black is the least of a map and orange the most, as written below it.");
        text(LEFT + SIDE / 2, TOP - 14, "m", "image");
        text(LEFT + STRIDE + SIDE / 2, TOP - 14, "m", "rollout");
        for (int head = 0; head < heads; head++) {
            text(LEFT + (2 + head) * STRIDE + SIDE / 2, TOP - 14, "m", "head " + (head + 1));
        }
        for (int i = 0; i < maps.size(); i++) {
            line(i, maps.get(i), heads);
        }
        return svg.append("</svg>\n").toString();
    }

    private void line(int line, AttentionMap map, int heads) {
        int y = TOP + line * LINE;
        text(16, y + 24, "h", map.label());
        text(16, y + 42, map.label().equals(map.taken()) ? "" : "x",
                String.format(Locale.ROOT, "taken for %s, %.2f %%", map.taken(), 100 * map.probability()));
        String id = "i" + line;
        place(0, y, map);
        svg.append("<g id=\"").append(id).append("\">");
        black(map);
        byte[] pixels = map.image().pixels();
        shades("w", map, GREYS, 1, pixel -> Math.round(Byte.toUnsignedInt(pixels[pixel]) * GREYS / 255f));
        svg.append("</g></g>\n");
        place(1, y, map);
        svg.append("<use href=\"#").append(id).append("\"/>");
        heat(map, map.rollout(), 0.8);
        range(1, y, map.rollout());
        for (int head = 0; head < heads; head++) {
            place(2 + head, y, map);
            black(map);
            heat(map, map.heads().get(head), 1);
            range(2 + head, y, map.heads().get(head));
        }
    }

    /** Begins a group in which a pixel is one unit wide. */
    private void place(int column, int y, AttentionMap map) {
        svg.append("<g transform=\"translate(").append(LEFT + column * STRIDE).append(' ').append(y).append(") scale(")
                .append(String.format(Locale.ROOT, "%.4f",
                        (double) SIDE / Math.max(map.image().height(), map.image().width())))
                .append(")\">");
    }

    private void heat(AttentionMap map, double[] values, double most) {
        double low = least(values);
        double high = most(values);
        svg.append("<g class=\"map\">");
        shades("a", map, HEATS, most,
                pixel -> high > low ? (int) Math.round((values[pixel] - low) / (high - low) * HEATS) : HEATS);
        svg.append("</g></g>\n");
    }

    private void range(int column, int y, double[] values) {
        text(LEFT + column * STRIDE + SIDE / 2, y + SIDE + 12, "m s",
                share(least(values)) + " to " + share(most(values)) + " %");
    }

    private void black(AttentionMap map) {
        svg.append("<rect width=\"").append(map.image().width()).append("\" height=\"").append(map.image().height())
                .append("\"/>");
    }

    /** Layers of a colour, one for each level of opacity above 0, each of rectangles of pixels of that level. */
    private void shades(String color, AttentionMap map, int levels, double most, IntUnaryOperator level) {
        rectangles(map.image().height(), map.image().width(), level).tailMap(1)
                .forEach((at, path) -> svg.append("<path class=\"").append(color).append('"')
                        .append(at * most < levels
                                ? String.format(Locale.ROOT, " fill-opacity=\"%.3f\"", at * most / levels)
                                : "")
                        .append(" d=\"").append(path).append("\"/>"));
    }

    /** Covers an image with rectangles in each of which the level is the same, as few as a greedy search finds. */
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

    private void text(int x, int y, String kind, String words) {
        svg.append("<text x=\"").append(x).append("\" y=\"").append(y).append('"')
                .append(kind.isEmpty() ? "" : " class=\"" + kind + "\"").append('>').append(Curves.escaped(words))
                .append("</text>\n");
    }
}
