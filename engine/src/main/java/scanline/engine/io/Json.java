package scanline.engine.io;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A strict pull parser for the JSON of a safetensors header, and the quoting of strings. The caller requests the token
 * that must come next, so the parser needs no tree, no recursion and no depth limit.
 */
final class Json {
    private static final int DIGITS = 18; // every number of 18 digits fits in a long

    private final Path file;
    private final String text;
    private int at;
    private boolean first;

    /**
     * @param file the file, for error messages
     * @param text its header
     */
    Json(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /** Reads an opening bracket; {@link #more} then advances from element to element. */
    void open(char bracket) throws FormatException {
        expect(bracket);
        first = true;
    }

    /** Reads a comma or the closing bracket, and returns whether another element follows. */
    boolean more(char bracket) throws FormatException {
        skipSpace();
        boolean closed = peek() == bracket;
        if (!closed && !first && peek() != ',') {
            throw wrong("',' or '" + bracket + "' expected");
        }
        if (closed || !first) {
            at++;
        }
        first = false;
        return !closed;
    }

    /** Reads a member's name and the colon after it. */
    String key() throws FormatException {
        String key = string();
        expect(':');
        return key;
    }

    String string() throws FormatException {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (peek() != '"') {
            char c = peek();
            if (c < ' ') {
                throw wrong(at == text.length() ? "the string does not end" : "a control character within a string");
            }
            at++;
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        for (int i = 0; i < string.length(); i += Character.charCount(string.codePointAt(i))) {
            if (Character.getType(string.codePointAt(i)) == Character.SURROGATE) {
                throw wrong("half of a surrogate pair");
            }
        }
        return string.toString();
    }

    /** Reads a whole number that is not negative. */
    long number() throws FormatException {
        skipSpace();
        int start = at;
        long number = 0;
        while (isDigit(peek())) {
            if (at - start == DIGITS) {
                throw wrong("the number is too large");
            }
            number = 10 * number + (peek() - '0');
            at++;
        }
        if (at == start || (text.charAt(start) == '0' && at > start + 1)) {
            at = start;
            throw wrong("a whole number expected, without sign or leading zeros");
        }
        return number;
    }

    /** Checks that only the padding, which is spaces, is left. */
    void end() throws FormatException {
        while (peek() == ' ') {
            at++;
        }
        if (at < text.length()) {
            throw wrong("only spaces may follow the header");
        }
    }

    FormatException wrong(String reason) {
        return new FormatException(file, "header, character " + (at + 1) + ": " + reason);
    }

    /** The string as a JSON literal. */
    static String quoted(String string) {
        StringBuilder quoted = new StringBuilder(string.length() + 2).append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    private char escaped() throws FormatException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at--;
                throw wrong("an unknown escape within a string");
            }
        };
    }

    private char unicode() throws FormatException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw wrong("four hexadecimal digits expected");
            }
            code = 16 * code + digit;
            at++;
        }
        return (char) code;
    }

    private void expect(char c) throws FormatException {
        skipSpace();
        if (peek() != c) {
            throw wrong("'" + c + "' expected");
        }
        at++;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    /** The next character, or 0 at the end; JSON does not allow that character anywhere. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
