package scanline.lab.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** Damage to texts: JSON, YAML, tables, lists of numbers. A text is handled as Latin-1, so that any bytes are one. */
final class Texts {
    private static final String[] NUMBERS = {"-1", "0", "-0", "1", "2147483647", "2147483648", "-2147483648",
            "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e999", "-1e999",
            "1e-999", "NaN", "Infinity", "-Infinity", "0x1p3", "1.5", "00", "1_000", "+1", "1e5", "1d", "0.1f", "٣", "",
            "null", "true", "1e2147483648", "0x7fffffff", "0b1", "1:30", ".inf", "~"};

    private static final String[] ODDITIES = {"\0", "\t", "\r", "\n", "\r\n", "\u0085", "\u2028", "\u2029", "\u202e",
            "\ufeff", "\uffff", "a\u0300\u0301\u0302", "\ud83d\ude00", "İ", "\\u0000", "\\ud800", "\\udc00\\ud800",
            "\\n", "\\", "\"", "'", "\u001b[31m", "\u00a0", "\u3000", "../../../../etc/passwd", "file:///etc/passwd",
            "https://127.0.0.1/x", "java.lang.Runtime", "scanline.lab.model.VitModel", "%s%n%d", "<script>", "|"};

    // As they stand in UTF-8: a lone surrogate, overlong forms, a byte that is none, the beginning of something.
    private static final String[] BROKEN_UTF8 = {"\u00ed\u00a0\u0080", "\u00c0\u0080", "\u00f4\u0090\u0080\u0080",
            "\u0080", "\u00ff", "\u00e2\u0082"};

    private static final String[] YAML = {"&a ", "*a", "<<: *a\n", "!!java.net.URL \"http://127.0.0.1/\"",
            "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL [\"http://127.0.0.1/\"]]]]",
            "!!int ", "!!float ", "!!binary ", "!!binary |\n  AAECAw==\n", "! ", "!x ", "!<tag:yaml.org,2002:str> ",
            "---\n", "...\n", "%YAML 1.1\n---\n", "%TAG ! tag:x,2000:\n---\n", "? ", "- ", "|\n  a\n  b\n", ">-\n  a\n",
            "{a: b}", "[1, 2]", "# ", ": ", "\n\n\n", "  ", "\"\\x41\\u0042\\N\"", "null", "@", "`", "%"};

    private static final String[] JSON = {"\"@class\":\"java.util.ArrayList\",", "\"@type\":\"java.net.URL\",",
            "[\"java.net.URL\",\"http://127.0.0.1/\"],", "{}", "[]", "null", "{\"a\":{\"a\":{}}}", "1,", ",", ":", "{",
            "}", "[", "]", "/* */", "\"a\":\"b\",", "\"__metadata__\":{\"a\":\"b\"},", "'a'", "true"};

    private static final String ALIAS_BOMB = "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
            + "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n";

    private static final List<String> BRACKETS = List.of("[", "{", "(", "{\"a\":", "[[", "- ", "? ", "a: {", "&a [",
            "!!x [", "\"", "'", "\\", "<", "/* ");

    private Texts() {}

    /** One edit. */
    static byte[] edited(byte[] bytes, SplittableRandom random) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = random.nextInt(text.length() + 1);
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> withOtherNumber(bytes, text, random);
            case 5, 6 -> Bytes.inserted(bytes, at, utf8(pick(ODDITIES, random)));
            case 7 -> Bytes.inserted(bytes, at, pick(BROKEN_UTF8, random).getBytes(StandardCharsets.ISO_8859_1));
            case 8 -> Bytes.inserted(bytes, boundary(text, random), utf8(pick(YAML, random)));
            case 9 -> Bytes.inserted(bytes, boundary(text, random), utf8(pick(JSON, random)));
            case 10, 11 -> withLineMoved(bytes, text, random, random.nextBoolean());
            case 12 -> withOtherWord(bytes, text, random);
            case 13 -> random.nextInt(8) == 0 ? deep(bytes, text, random) : withOtherNumber(bytes, text, random);
            case 14 -> random.nextInt(8) == 0 ? withLongWord(bytes, text, random) : withOtherWord(bytes, text, random);
            default -> Bytes.inserted(bytes, boundary(text, random), utf8(ALIAS_BOMB));
        };
    }

    private static byte[] withOtherNumber(byte[] bytes, String text, SplittableRandom random) {
        int at = find(text, random, Texts::isDigit);
        String number = random.nextInt(64) == 0
                ? (random.nextBoolean() ? "9" : "0.") + "1".repeat(random.nextInt(20_000))
                : pick(NUMBERS, random);
        return Bytes.replaced(bytes, begin(text, at, Texts::isDigit), end(text, at, Texts::isDigit), utf8(number));
    }

    /** A word becomes another one of the same text. */
    private static byte[] withOtherWord(byte[] bytes, String text, SplittableRandom random) {
        int at = find(text, random, Texts::isLetter);
        int other = find(text, random, Texts::isLetter);
        String word = text.substring(begin(text, other, Texts::isLetter), end(text, other, Texts::isLetter));
        return Bytes.replaced(bytes, begin(text, at, Texts::isLetter), end(text, at, Texts::isLetter),
                word.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] withLongWord(byte[] bytes, String text, SplittableRandom random) {
        int at = find(text, random, Texts::isLetter);
        String unit = random.nextBoolean() ? "a" : pick(ODDITIES, random);
        return Bytes.replaced(bytes, begin(text, at, Texts::isLetter), end(text, at, Texts::isLetter),
                utf8(unit.repeat(1 + random.nextInt(60_000) / unit.length())));
    }

    private static byte[] deep(byte[] bytes, String text, SplittableRandom random) {
        String bracket = BRACKETS.get(random.nextInt(BRACKETS.size()));
        return Bytes.inserted(bytes, boundary(text, random),
                utf8(bracket.repeat(1 + random.nextInt(40_000) / bracket.length())));
    }

    /** A line comes a second time, or instead of its own place, elsewhere. */
    private static byte[] withLineMoved(byte[] bytes, String text, SplittableRandom random, boolean twice) {
        int at = random.nextInt(text.length() + 1);
        int from = at == 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
        int to = text.indexOf('\n', at) < 0 ? text.length() : text.indexOf('\n', at) + 1;
        byte[] line = text.substring(from, to).getBytes(StandardCharsets.ISO_8859_1);
        byte[] rest = twice ? bytes : Bytes.replaced(bytes, from, to, new byte[0]);
        return Bytes.inserted(rest, boundary(new String(rest, StandardCharsets.ISO_8859_1), random), line);
    }

    /** Where a line, a word or a value begins, most of the time. */
    private static int boundary(String text, SplittableRandom random) {
        int at = random.nextInt(text.length() + 1);
        for (int i = at; i < text.length(); i++) {
            if ("\n :,{[\"".indexOf(text.charAt(i)) >= 0) {
                return i + (random.nextInt(4) == 0 ? 0 : 1);
            }
        }
        return at;
    }

    private interface Kind {
        boolean has(char c);
    }

    private static int find(String text, SplittableRandom random, Kind kind) {
        int start = random.nextInt(text.length() + 1);
        for (int i = 0; i < text.length(); i++) {
            if (kind.has(text.charAt((start + i) % text.length()))) {
                return (start + i) % text.length();
            }
        }
        return text.length();
    }

    private static int begin(String text, int at, Kind kind) {
        int begin = at;
        while (begin > 0 && kind.has(text.charAt(begin - 1))) {
            begin--;
        }
        return begin;
    }

    private static int end(String text, int at, Kind kind) {
        int end = at;
        while (end < text.length() && kind.has(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9' || c == '.' || c == '-';
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static String pick(String[] some, SplittableRandom random) {
        return some[random.nextInt(some.length)];
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
