package scanline.lab.report.figure;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

import scanline.lab.insight.SequenceMap;

/**
 * A drawing of a model's attention to some test canvases while it writes their labels: one line per canvas, with the
 * attention of the encoder, of each written word to the canvas, and of the words to each other.
 */
public final class SequencePicture {
    public static final String TITLE = "Attention of each written label to each part of an image";
    private static final int STRIDE = 68;
    private static final int LINE = 84;
    private static final int LEFT = 300; // room for four names of garments
    private static final int TOP = 92;
    private static final int LEAST_WIDTH = 680;
    private static final int MOST_WORDS = 10;

    private SequencePicture() {}

    /** Returns the drawing of at least one map, all of one model. */
    public static String svg(List<SequenceMap> maps) {
        int longest = maps.stream().mapToInt(map -> map.cross().size()).max().orElseThrow();
        int words = Math.min(MOST_WORDS, longest);
        MapSheet sheet = new MapSheet(Math.max(LEAST_WIDTH, LEFT + (3 + words) * STRIDE + 8),
                TOP + maps.size() * LINE + 4);
        sheet.text(16, 24, "h", TITLE);
        sheet.text(16, 42, "",
                "The last blocks' attention after the softmax, its mean over the heads. Black is the minimum of"
                        + " a map and orange the maximum; both are given below it."
                        + (longest > words ? " The first " + words + " words of " + longest + " at most." : ""));
        column(sheet, 0, "image");
        column(sheet, 1, "encoder");
        column(sheet, 2, "words");
        for (int word = 0; word < words; word++) {
            column(sheet, 3 + word, "word " + (word + 1));
        }
        for (int i = 0; i < maps.size(); i++) {
            line(sheet, TOP + i * LINE, maps.get(i), words);
        }
        return sheet.text();
    }

    private static void line(MapSheet sheet, int y, SequenceMap map, int words) {
        sheet.text(16, y + 24, "h", words(map.target()));
        sheet.text(16, y + 42, map.target().equals(map.answer()) ? "" : "x", String.format(Locale.ROOT,
                "read as %s, %.2f %%", words(map.answer()), 100 * map.probability()));
        String id = sheet.image(LEFT, y, map.image());
        sheet.over(id, LEFT + STRIDE, y, map.image(), map.encoder());
        int length = map.own().length;
        sheet.map(LEFT + 2 * STRIDE, y, length, length,
                Stream.of(map.own()).flatMapToDouble(DoubleStream::of).toArray());
        for (int word = 0; word < Math.min(words, map.cross().size()); word++) {
            int x = LEFT + (3 + word) * STRIDE;
            sheet.over(id, x, y, map.image(), map.cross().get(word));
            sheet.text(x + MapSheet.SIDE / 2, y - 3, "m s",
                    word < map.answer().size() ? map.answer().get(word) : "end");
        }
    }

    private static String words(List<String> labels) {
        return labels.isEmpty() ? "(none)" : String.join(" ", labels);
    }

    private static void column(MapSheet sheet, int column, String name) {
        sheet.text(LEFT + column * STRIDE + MapSheet.SIDE / 2, TOP - 18, "m", name);
    }
}
