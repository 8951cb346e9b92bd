package scanline.lab.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import scanline.engine.io.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Values as JSON. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** The JSON of maps, lists, numbers and texts, indented. */
    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /**
     * The values of an object in a file.
     *
     * @throws FormatException if the file holds anything else
     */
    public static Map<String, Object> read(Path file) throws IOException {
        try {
            Map<String, Object> values = MAPPER.readValue(Files.readAllBytes(file), new TypeReference<>() {});
            if (values != null) {
                return values;
            }
        } catch (JacksonException _) {
            // said below: Jackson's own words name classes, not the file
        }
        throw new FormatException(file, "is no JSON object");
    }
}
