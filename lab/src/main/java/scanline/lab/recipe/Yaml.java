package scanline.lab.recipe;

import java.io.FilterReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

import scanline.engine.file.Excerpt;
import scanline.lab.recipe.Keys.Value;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Reads and writes the YAML of a recipe: one flat mapping of keys to scalar values. */
final class Yaml {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.]{1,100}");
    private static final Pattern PLAIN = Pattern.compile("-?[A-Za-z0-9_./+][A-Za-z0-9_./+ %,()-]*");
    private static final int LONGEST_REASON = 200;
    /** The parser's messages for a line with a missing colon, a missing space after it, or a colon too many. */
    private static final List<String> RULES_OF_A_LINE = List.of("could not find expected ':'",
            "mapping values are not allowed");

    private Yaml() {}

    /**
     * Reads a text.
     *
     * @param name the name of the text in errors
     * @throws RecipeException if it is not a flat mapping, or a key is given twice
     */
    static Map<String, Value> read(String name, String text) {
        Map<String, Value> values = new LinkedHashMap<>();
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), new SmallReads(text))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new RecipeException(
                        name + " is not a list of lines \"key: value\", with a space after each colon");
            }
            requirePlain(parser, name);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                String where = name + ", " + place(parser.currentTokenLocation());
                if (!KEY.matcher(key).matches()) {
                    throw new RecipeException(where + ": invalid key " + Excerpt.quoted(key));
                }
                requirePlain(parser, where);
                if (values.put(key, new Value(value(parser, key, where), where)) != null) {
                    throw new RecipeException(where + ": " + key + " is given twice");
                }
            }
            if (parser.nextToken() != null) {
                throw new RecipeException(
                        name + ", " + place(parser.currentTokenLocation()) + ": unexpected text after the recipe");
            }
        } catch (JacksonException e) {
            throw new RecipeException(name + ", " + (e.getCause() instanceof MarkedYamlEngineException error
                    ? reason(error)
                    : place(e.getLocation()) + ": " + Excerpt.line(e.getOriginalMessage().lines().findFirst()
                            .orElse("not YAML"), LONGEST_REASON)));
        }
        return values;
    }

    /** Returns the parser's reason with its line and column, and where the construct starts, such as a quoted text. */
    private static String reason(MarkedYamlEngineException error) {
        String problem = error.getProblem();
        String seen = place(error.getProblemMark().orElseThrow());
        String reason = error.getContextMark()
                .map(begin -> place(begin) + ": " + error.getContext() + ": " + problem + " (" + seen + ")")
                .orElseGet(() -> seen + ": " + problem);
        return Excerpt.line(reason, LONGEST_REASON) + (RULES_OF_A_LINE.stream().anyMatch(problem::contains)
                ? "; a line is key: value, not indented, with a space after the colon,"
                        + " and a value with \": \" in it has quotes"
                : "");
    }

    private static String value(JsonParser parser, String key, String where) {
        if (!parser.nextToken().isScalarValue()) {
            throw new RecipeException(where + ": " + key + " must have a single value");
        }
        requirePlain(parser, where);
        String value = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getString();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new RecipeException(where + ": " + key + " has an unpaired surrogate");
        }
        return value;
    }

    /**
     * Reads a text in small parts. SnakeYAML Engine 3.0.1 fails if a surrogate pair crosses the end of its buffer of 1,025
     * characters; parts of this size never fill it.
     */
    private static final class SmallReads extends FilterReader {
        private static final int MOST = 512;

        SmallReads(String text) {
            super(new StringReader(text));
        }

        @Override
        public int read(char[] to, int at, int length) throws IOException {
            return super.read(to, at, Math.min(length, MOST));
        }
    }

    /** Rejects tags, which could name classes, and aliases, which could expand to huge values; a recipe needs neither. */
    private static void requirePlain(JsonParser parser, String where) {
        if (parser.getTypeId() != null || ((YAMLParser) parser).isCurrentAlias()) {
            throw new RecipeException(where + ": tags (!) and aliases (*) are not supported");
        }
    }

    /** Returns a value as YAML, quoted if it would otherwise mean something else. */
    static String scalar(String value) {
        if (PLAIN.matcher(value).matches() && !value.endsWith(" ") && !value.equalsIgnoreCase("null")) {
            return value;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (isText(c)) {
                quoted.append(c);
            } else {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }

    private static boolean isText(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String place(Mark mark) {
        return "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
    }

    private static String place(TokenStreamLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
