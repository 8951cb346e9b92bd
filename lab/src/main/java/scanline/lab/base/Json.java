package scanline.lab.base;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import scanline.data.base.TextFile;
import scanline.engine.io.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes values as JSON. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final ObjectMapper ONE_LINE = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS).disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    private static final int LONGEST_BYTES = 1 << 20;

    private Json() {}

    /** Returns the indented JSON of maps, lists, numbers and strings. */
    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Returns the JSON of a value in one line. */
    public static String line(Object value) {
        return ONE_LINE.writeValueAsString(value);
    }

    /**
     * Parses a JSON object as a record; returns null for JSON's null.
     *
     * @throws JacksonException if the text does not represent such a record
     */
    public static <T> @Nullable T parse(String text, Class<T> type) {
        return ONE_LINE.readValue(text, type);
    }

    /**
     * Reads the values of the JSON object in a file.
     *
     * @throws FormatException if the file contains anything else, a duplicate name, or more than a megabyte
     */
    public static Map<String, Object> read(Path file) throws IOException {
        return read(file, text -> MAPPER.readValue(text, new TypeReference<Map<String, Object>>() {}));
    }

    /**
     * Reads the JSON object in a file as a record.
     *
     * @throws FormatException if the file contains anything else
     */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        return read(file, text -> MAPPER.readValue(text, type));
    }

    private static <T> T read(Path file, Function<String, @Nullable T> reader) throws IOException {
        try {
            @Nullable
            T values = reader.apply(TextFile.read(file, LONGEST_BYTES));
            if (values != null) {
                return values;
            }
        } catch (JacksonException _) {
            // reported below: Jackson's messages name classes, not the file
        }
        throw new FormatException(file, "is not a JSON object");
    }
}
