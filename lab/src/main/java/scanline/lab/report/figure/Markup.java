package scanline.lab.report.figure;

/** Text in the markup of XML and HTML. */
public final class Markup {
    private static final int LEAST_SHOWN = 0x20; // XML cannot contain lower ones, except line ends and tabs

    private Markup() {}

    /** Escapes text for an element or an attribute. */
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

    /** Returns whether XML 1.0 allows a character. */
    private static boolean isText(int c) {
        return c == '\n' || c == '\t' || (c >= LEAST_SHOWN && c < 0xd800)
                || (c >= 0xe000 && c != 0xfffe && c != 0xffff);
    }
}
