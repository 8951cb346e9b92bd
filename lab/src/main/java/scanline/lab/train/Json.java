package scanline.lab.train;

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
}
