package scanline.lab.recipe;

import java.util.LinkedHashMap;
import java.util.Map;

import scanline.lab.recipe.Keys.Value;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** The YAML of a recipe: one flat mapping of keys to single values. */
final class Yaml {
    private Yaml() {}

    /**
     * Reads a text.
     *
     * @param name what to call the text in errors
     * @throws RecipeException if it is no flat mapping, or a key is there twice
     */
    static Map<String, Value> read(String name, String text) {
        Map<String, Value> values = new LinkedHashMap<>();
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new RecipeException(name + " is not a list of lines \"key: value\"");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                String where = name + ", " + place(parser.currentTokenLocation());
                if (!parser.nextToken().isScalarValue()) {
                    throw new RecipeException(where + ": " + key + " must have a single value");
                }
                String value = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getString();
                if (values.put(key, new Value(value, where)) != null) {
                    throw new RecipeException(where + ": " + key + " is there twice");
                }
            }
            if (parser.nextToken() != null) {
                throw new RecipeException(name + ", " + place(parser.currentTokenLocation()) + ": nothing may follow");
            }
        } catch (JacksonException e) {
            String reason = e.getOriginalMessage();
            throw new RecipeException(name + ", " + place(e.getLocation()) + ": "
                    + (reason == null ? "no YAML" : reason.lines().findFirst().orElse("no YAML")));
        }
        return values;
    }

    /** A value as YAML, in quotes where it would otherwise mean something else. */
    static String scalar(String value) {
        boolean plain = value.matches("[A-Za-z0-9_./+-][A-Za-z0-9_./+ %,()-]*") && !value.endsWith(" ");
        return plain ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String place(TokenStreamLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
