package scanline.engine.file;

import java.util.Locale;

/** Excerpts of texts from files, which may be hostile, for use in a one-line message. */
public final class Excerpt {
    private static final int LONGEST = 60;

    private Excerpt() {}

    /**
     * The text in quotes, cut to its first 60 characters. Characters that would break the line or change how it is
     * displayed are escaped: control characters, line separators, marks of writing direction, halves of surrogate
     * pairs.
     */
    public static String quoted(String text) {
        return '"' + escaped(text, LONGEST, true) + '"';
    }

    /** The text without quotes, escaped likewise and cut to its first {@code longest} characters. */
    public static String line(String text, int longest) {
        return escaped(text, longest, false);
    }

    /** The whole text without quotes, escaped likewise. */
    public static String line(String text) {
        return escaped(text, text.length(), false);
    }

    private static String escaped(String text, int longest, boolean inQuotes) {
        StringBuilder escaped = new StringBuilder();
        int at = 0;
        while (at < Math.min(text.length(), longest)) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            if (inQuotes && (c == '"' || c == '\\')) {
                escaped.append('\\').append((char) c);
            } else if (isShown(c)) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append(c == '\n' ? "\\n" : c == '\t' ? "\\t" : String.format(Locale.ROOT, "\\u%04x", c));
            }
        }
        return at < text.length() ? escaped.append("...").toString() : escaped.toString();
    }

    private static boolean isShown(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE ->
                false;
            default -> true;
        };
    }
}
