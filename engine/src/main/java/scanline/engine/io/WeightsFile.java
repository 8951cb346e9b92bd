package scanline.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import scanline.engine.backend.Buffer;
import scanline.engine.file.Excerpt;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;

/**
 * Reads and writes the parameters of a model and the statistics that it tracks as a safetensors file. Tensors have
 * PyTorch's names, so a {@code state_dict} can be exchanged in both directions.
 */
public final class WeightsFile {
    private static final int MOST_GROUPS = 8; // dotted parts of a prefix; a hostile file may have thousands

    private WeightsFile() {}

    /** Writes every parameter and statistic atomically. */
    public static void save(Path file, Weights weights, Map<String, String> metadata) throws IOException {
        SafeTensors.write(file, new SafeTensors(entries("", weights), metadata));
    }

    /**
     * Returns the SHA-256 hash of the weights as 64 hexadecimal digits. It covers the name (UTF-8) and the values
     * (little-endian float32) of every parameter, in the order of the model, and then of every statistic. It does not
     * depend on the file format.
     */
    public static String hash(Weights weights) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
        weights.parameters().forEach(parameter -> update(digest, parameter.name(), parameter.values()));
        weights.statistics().forEach(statistic -> update(digest, statistic.name(), statistic.values()));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, String name, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    /**
     * Reads every parameter and statistic. A prefix that all names of the file share, such as {@code module.} of a
     * wrapped model, is removed if no name is known otherwise. A tensor that is missing from the file is replaced by
     * the one to which the metadata tie it, as {@code save_model} of Hugging Face writes them.
     *
     * @return the adjustments that made the tensors fit
     * @throws FormatException
     *             if a tensor is missing, has another shape, or belongs to no parameter; the weights are then unchanged
     */
    public static LoadReport load(Path file, Weights weights) throws IOException {
        return load(file, weights, Set.of());
    }

    /**
     * Reads every parameter and statistic except for some parameters.
     *
     * @param fresh
     *            names of parameters that keep their values, whatever the file contains under these names
     * @return the adjustments that made the tensors fit
     * @throws FormatException
     *             if another tensor is missing, has another shape, or belongs to no parameter; the weights are then
     *             unchanged
     */
    public static LoadReport load(Path file, Weights weights, Set<String> fresh) throws IOException {
        SafeTensors content = SafeTensors.read(file);
        Map<String, int[]> shapes = shapes(weights);
        String prefix = prefix(content.tensors().keySet(), shapes.keySet());
        Map<String, String> tied = new LinkedHashMap<>();
        List<Entry> found = new ArrayList<>();
        Set<String> unknown = new TreeSet<>(content.tensors().keySet());
        for (String name : shapes.keySet()) {
            String stored = prefix + name;
            String tensor = content.tensors().containsKey(stored)
                    ? stored
                    : content.metadata().getOrDefault(stored, stored);
            Entry entry = content.tensors().get(tensor);
            if (entry != null) {
                unknown.remove(tensor);
            }
            if (entry != null && !fresh.contains(name)) {
                found.add(new Entry(name, entry.shape(), entry.values()));
                if (!tensor.equals(stored)) {
                    tied.put(name, tensor);
                }
            }
        }
        SafeTensors fitting = new SafeTensors(found, Map.of());
        for (Map.Entry<String, int[]> needed : shapes.entrySet()) {
            if (!fresh.contains(needed.getKey())) {
                require(file, fitting, needed.getKey(), needed.getValue());
            }
        }
        if (!unknown.isEmpty()) {
            throw new FormatException(file, "tensor " + Excerpt.quoted(unknown.iterator().next())
                    + " belongs to no parameter of this model");
        }
        restore("", fitting, weights, fresh);
        return new LoadReport(file, content.metadata(), prefix, tied, content.converted());
    }

    /** The shapes of a model's parameters and statistics by their names. */
    private static Map<String, int[]> shapes(Weights weights) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        weights.parameters().forEach(parameter -> shapes.put(parameter.name(), parameter.shape().sizes()));
        weights.statistics().forEach(statistic -> shapes.put(statistic.name(), statistic.shape().sizes()));
        return shapes;
    }

    /** The shortest common prefix of all names, empty or ending with a dot, after which some names are known. */
    private static String prefix(Set<String> names, Set<String> known) {
        String first = names.stream().findFirst().orElse("");
        int end = 0;
        for (int groups = 0; groups <= MOST_GROUPS; groups++) {
            String prefix = first.substring(0, end);
            if (!names.stream().allMatch(name -> name.startsWith(prefix))) {
                return "";
            }
            if (names.stream().anyMatch(name -> known.contains(name.substring(prefix.length())))) {
                return prefix;
            }
            int dot = first.indexOf('.', end);
            end = dot < 0 ? end : dot + 1;
        }
        return "";
    }

    /** Returns every parameter and statistic as an entry named {@code prefix} plus its own name. */
    public static List<Entry> entries(String prefix, Weights weights) {
        List<Entry> entries = new ArrayList<>();
        for (Parameter parameter : weights.parameters()) {
            entries.add(new Entry(prefix + parameter.name(), parameter.shape().sizes(), parameter.values()));
        }
        for (Statistic statistic : weights.statistics()) {
            entries.add(new Entry(prefix + statistic.name(), statistic.shape().sizes(), statistic.values()));
        }
        return entries;
    }

    /**
     * Sets every parameter and statistic from the entry named {@code prefix} plus its own name. {@link #require} must
     * have accepted all of these entries.
     */
    public static void restore(String prefix, SafeTensors content, Weights weights) {
        restore(prefix, content, weights, Set.of());
    }

    private static void restore(String prefix, SafeTensors content, Weights weights, Set<String> fresh) {
        for (Parameter parameter : weights.parameters()) {
            if (!fresh.contains(parameter.name())) {
                copy(content, prefix + parameter.name(), parameter.value());
            }
        }
        for (Statistic statistic : weights.statistics()) {
            copy(content, prefix + statistic.name(), statistic.value());
        }
    }

    /**
     * Copies the values of an entry to a buffer.
     *
     * @throws IllegalArgumentException if there is no such entry
     */
    public static void copy(SafeTensors content, String name, Buffer target) {
        Entry entry = content.tensors().get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no tensor is named " + name);
        }
        target.write(0, entry.values(), 0, entry.values().length);
    }

    /**
     * Checks that a file contains a tensor of a given shape.
     *
     * @throws FormatException
     *             if it is missing or has another shape
     */
    public static void require(Path file, SafeTensors content, String name, int[] shape) throws FormatException {
        Entry entry = content.tensors().get(name);
        if (entry == null) {
            throw new FormatException(file, "tensor " + name + " of shape " + Arrays.toString(shape) + " is missing");
        }
        if (!Arrays.equals(entry.shape(), shape)) {
            throw new FormatException(file, "tensor " + name + " has shape " + Arrays.toString(entry.shape())
                    + ", but the model needs " + Arrays.toString(shape));
        }
    }
}
