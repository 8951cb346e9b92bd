package scanline.engine.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import scanline.engine.file.Excerpt;

/**
 * The header of a safetensors file.
 *
 * @param slots the location of each tensor, in the order of the header
 * @param metadata arbitrary texts by arbitrary names
 */
record Header(List<Slot> slots, Map<String, String> metadata) {
    /** The longest header that the format allows. */
    static final int LIMIT_BYTES = 100_000_000;

    /** The one name that no tensor can have. */
    static final String METADATA = "__metadata__";

    // The number of batches that a PyTorch normalization layer has seen, the only integer in the state_dict of such a
    // model. Nothing here depends on it.
    private static final String COUNTER = "num_batches_tracked";
    private static final String COUNTER_DTYPE = "I64";

    private static final int ALIGNMENT_BYTES = 8;
    private static final int MAX_DIMENSIONS = 64; // the limit of NumPy
    private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8; // the longest array that every JVM allows

    /**
     * One tensor, stored in bytes {@code begin} to {@code end - 1} of the data that follow the header.
     *
     * @param dtype the format of its numbers; null for a counter of batches, an integer that is skipped
     */
    record Slot(String name, int[] shape, long begin, long end, @Nullable Dtype dtype) {}

    /**
     * Reads a header and checks it against every rule of the format.
     *
     * @param file the file, for error messages
     * @param bytes the header
     * @param dataBytes the number of bytes after it
     */
    static Header parse(Path file, byte[] bytes, long dataBytes) throws FormatException {
        if (bytes.length == 0 || bytes[0] != '{') {
            throw new FormatException(file, "not a safetensors file: its header does not start with '{'");
        }
        Json json = new Json(file, text(file, bytes));
        List<Slot> slots = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        json.open('{');
        while (json.more('}')) {
            String name = json.key();
            if (!names.add(name)) {
                throw json.wrong("duplicate " + Excerpt.quoted(name));
            }
            if (name.equals(METADATA)) {
                readMetadata(json, metadata);
            } else {
                slots.add(slot(file, json, name, dataBytes));
            }
        }
        json.end();
        requireTiling(file, slots, dataBytes);
        return new Header(slots, metadata);
    }

    /** Returns the header of a file whose tensors are stored one after the other, in their order. */
    static byte[] bytes(SafeTensors file) {
        List<String> members = new ArrayList<>();
        if (!file.metadata().isEmpty()) {
            List<String> texts = new ArrayList<>();
            file.metadata().forEach((key, text) -> texts.add(Json.quoted(key) + ":" + Json.quoted(text)));
            members.add(Json.quoted(METADATA) + ":{" + String.join(",", texts) + "}");
        }
        long begin = 0;
        for (SafeTensors.Entry tensor : file.tensors().values()) {
            long end = begin + (long) Float.BYTES * tensor.values().length;
            String shape = Arrays.toString(tensor.shape()).replace(" ", "");
            members.add(Json.quoted(tensor.name()) + ":{\"dtype\":\"" + Dtype.F32 + "\",\"shape\":" + shape
                    + ",\"data_offsets\":[" + begin + "," + end + "]}");
            begin = end;
        }
        byte[] bytes = ("{" + String.join(",", members) + "}").getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LIMIT_BYTES - ALIGNMENT_BYTES) {
            throw new IllegalArgumentException(
                    "a header of " + bytes.length + " bytes is longer than the format allows");
        }
        // The data start at a multiple of 8 bytes, as in files of the reference implementation.
        byte[] padded = Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, ALIGNMENT_BYTES) * ALIGNMENT_BYTES);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return padded;
    }

    private static String text(Path file, byte[] bytes) throws FormatException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(file, "the header is not UTF-8");
        }
    }

    private static void readMetadata(Json json, Map<String, String> metadata) throws FormatException {
        json.open('{');
        while (json.more('}')) {
            String key = json.key();
            metadata.put(key, once(json, key, metadata.get(key), json.string()));
        }
    }

    private static Slot slot(Path file, Json json, String name, long dataBytes) throws FormatException {
        String stored = null;
        long[] shape = null;
        long[] offsets = null;
        json.open('{');
        while (json.more('}')) {
            String key = json.key();
            switch (key) {
                case "dtype" -> stored = once(json, key, stored, json.string());
                case "shape" -> shape = once(json, key, shape, numbers(json, MAX_DIMENSIONS));
                case "data_offsets" -> offsets = once(json, key, offsets, numbers(json, 2));
                default -> throw json.wrong("unknown key " + Excerpt.quoted(key) + " of a tensor");
            }
        }
        if (stored == null || shape == null || offsets == null || offsets.length < 2) {
            throw wrong(file, name, "needs a dtype, a shape and two data_offsets");
        }
        boolean isCounter = stored.equals(COUNTER_DTYPE) && name.endsWith(COUNTER);
        Dtype dtype = isCounter ? null : dtype(file, name, stored);
        long begin = offsets[0];
        long end = offsets[1];
        if (begin > end || end > dataBytes) {
            throw wrong(file, name,
                    "has data_offsets " + Arrays.toString(offsets) + ", but the file has " + dataBytes
                            + " bytes of data");
        }
        long bytes = (dtype == null ? Long.BYTES : dtype.bytes()) * elements(file, name, shape);
        if (bytes != end - begin) {
            throw wrong(file, name, "of shape " + Arrays.toString(shape) + " needs " + bytes
                    + " bytes, but its data_offsets span " + (end - begin));
        }
        return new Slot(name, Arrays.stream(shape).mapToInt(Math::toIntExact).toArray(), begin, end,
                dtype);
    }

    private static Dtype dtype(Path file, String name, String stored) throws FormatException {
        for (Dtype dtype : Dtype.values()) {
            if (dtype.name().equals(stored)) {
                return dtype;
            }
        }
        throw wrong(file, name, "has dtype " + Excerpt.quoted(stored) + ", but only "
                + Arrays.stream(Dtype.values()).map(Dtype::name).collect(Collectors.joining(", ")) + " can be read");
    }

    private static long elements(Path file, String name, long[] shape) throws FormatException {
        long elements = 1;
        for (long size : shape) {
            // Checked at each factor, so that the next product of two such numbers fits in a long.
            elements = size > MAX_ELEMENTS ? size : elements * size;
            if (elements > MAX_ELEMENTS) {
                throw wrong(file, name, "of shape " + Arrays.toString(shape) + " is too large");
            }
        }
        return elements;
    }

    /** Checks that the tensors cover the data of the file without gaps or overlaps. */
    private static void requireTiling(Path file, List<Slot> slots, long dataBytes) throws FormatException {
        List<Slot> ascending = new ArrayList<>(slots);
        ascending.sort(Comparator.comparingLong(Slot::begin).thenComparingLong(Slot::end));
        long covered = 0;
        for (Slot slot : ascending) {
            if (slot.begin() < covered) {
                throw wrong(file, slot.name(), "overlaps the tensor before it");
            }
            if (slot.begin() > covered) {
                throw wrong(file, slot.name(),
                        "starts " + (slot.begin() - covered) + " bytes after the end of the tensor before it");
            }
            covered = slot.end();
        }
        if (covered < dataBytes) {
            throw new FormatException(file, "the last " + (dataBytes - covered) + " bytes belong to no tensor");
        }
    }

    private static <T> T once(Json json, String key, @Nullable T before, T value) throws FormatException {
        if (before != null) {
            throw json.wrong("duplicate " + Excerpt.quoted(key));
        }
        return value;
    }

    private static long[] numbers(Json json, int most) throws FormatException {
        long[] numbers = new long[most];
        int count = 0;
        json.open('[');
        while (json.more(']')) {
            if (count == most) {
                throw json.wrong("more than " + most + " numbers");
            }
            numbers[count++] = json.number();
        }
        return Arrays.copyOf(numbers, count);
    }

    private static FormatException wrong(Path file, String name, String what) {
        return new FormatException(file, "tensor " + Excerpt.quoted(name) + " " + what);
    }
}
