package scanline.lab.report.figure;

/** Text among the marks of XML and HTML. */
public final class Markup {
    private static final int LEAST_SHOWN = 0x20; // what is below, but for line ends, XML cannot hold

    private Markup() {}

    /** Words as text, or as the value of an attribute: none of them is a mark. */
    public static String escaped(String words) {
        StringBuilder text = new StringBuilder();
        words.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '"' -> text.append("&quot;");
                default -> text.appendCodePoint(isText(c) ? c : 0xfffd);
            }
        });
        return text.toString();
    }

    /** Whether XML 1.0 has this character. */
    private static boolean isText(int c) {
        return c == '\n' || c == '\t' || (c >= LEAST_SHOWN && c < 0xd800)
                || (c >= 0xe000 && c != 0xfffe && c != 0xffff);
    }
}
