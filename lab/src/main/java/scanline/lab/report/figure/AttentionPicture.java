package scanline.lab.report.figure;

import java.util.List;
import java.util.Locale;

import scanline.lab.insight.AttentionMap;

/**
 * A drawing of a model's attention to some test images: one line per image, with the image, the attention rollout
 * through all blocks drawn over it, and the heads of the last block.
 */
public final class AttentionPicture {
    private static final int STRIDE = 68;
    private static final int LINE = 84;
    private static final int LEFT = 190; // room for the longest class names
    private static final int TOP = 92;
    private static final int LEAST_WIDTH = 780; // room for the lines at the top
    private static final int MOST_HEADS = 16;
    private final List<AttentionMap> maps;
    private final int heads;
    private final MapSheet sheet;

    private AttentionPicture(List<AttentionMap> maps) {
        this.maps = maps;
        heads = Math.min(MOST_HEADS, maps.getFirst().heads().size());
        sheet = new MapSheet(Math.max(LEAST_WIDTH, LEFT + (2 + heads) * STRIDE + 8), TOP + maps.size() * LINE + 4);
    }

    /** Returns the drawing of at least one map, all of one model. */
    public static String svg(List<AttentionMap> maps) {
        return new AttentionPicture(maps).draw();
    }

    /** Returns the title of the maps. */
    public static String title(AttentionMap map) {
        return switch (map.readout()) {
            case CLASS_TOKEN -> "Attention of the class token to each part of an image";
            case FIRST_STEP -> "Attention of the first step, which is classified, to each part of an image";
            case MEAN -> "Attention of the steps, whose mean is classified, to each part of an image";
        };
    }

    private String draw() {
        AttentionMap first = maps.getFirst();
        text(16, 24, "h", title(first));
        text(16, 42, "", "Rollout: through all " + first.blocks() + " blocks. Heads: those of the last block"
                + (heads < first.heads().size() ? ", the first " + heads + " of " + first.heads().size() : "")
                + ". Black is the minimum of a map and orange the maximum; both are given below it.");
        column(0, "image");
        column(1, "rollout");
        for (int head = 0; head < heads; head++) {
            column(2 + head, "head " + (head + 1));
        }
        for (int i = 0; i < maps.size(); i++) {
            line(TOP + i * LINE, maps.get(i));
        }
        return sheet.text();
    }

    private void line(int y, AttentionMap map) {
        text(16, y + 24, "h", map.label());
        text(16, y + 42, map.label().equals(map.predicted()) ? "" : "x",
                String.format(Locale.ROOT, "predicted as %s, %.2f %%", map.predicted(), 100 * map.probability()));
        String id = sheet.image(LEFT, y, map.image());
        sheet.over(id, LEFT + STRIDE, y, map.image(), map.rollout());
        for (int head = 0; head < heads; head++) {
            sheet.map(LEFT + (2 + head) * STRIDE, y, map.image().height(), map.image().width(), map.heads().get(head));
        }
    }

    private void column(int column, String name) {
        text(LEFT + column * STRIDE + MapSheet.SIDE / 2, TOP - 14, "m", name);
    }

    private void text(int x, int y, String kind, String words) {
        sheet.text(x, y, kind, words);
    }
}
