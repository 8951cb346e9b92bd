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
import java.util.function.BiConsumer;
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
     * Reads every parameter and statistic, as {@link #load(Path, Weights, LoadOptions)} does with
     * {@link LoadOptions#WHOLE}.
     */
    public static LoadReport load(Path file, Weights weights) throws IOException {
        return load(file, weights, LoadOptions.WHOLE);
    }

    /**
     * Reads parameters and statistics. A prefix that all names of the file share after they were renamed, such as
     * {@code module.} of a wrapped model, is removed if no name is known otherwise. A tensor that is missing from the
     * file is replaced by the one to which the metadata tie it, as {@code save_model} of Hugging Face writes them.
     *
     * @param options
     *            the names to change, what keeps its values, and whether the file may fit only partly
     * @return what did not match, and the adjustments that made the tensors fit
     * @throws FormatException
     *             if a tensor has another shape than its parameter, if two tensors or none are renamed to a name, or if a
     *             tensor is missing or belongs to no parameter; in a partial load, if all are missing. The weights are
     *             then unchanged.
     * @throws IllegalArgumentException
     *             if no parameter has a name that is to keep its values
     */
    public static LoadReport load(Path file, Weights weights, LoadOptions options) throws IOException {
        SafeTensors content = SafeTensors.read(file);
        Map<String, int[]> shapes = shapes(weights);
        Set<String> kept = options.kept(shapes.keySet());
        Map<String, String> tensors = renamed(file, content, options);
        String prefix = prefix(tensors.keySet(), shapes.keySet());
        Map<String, String> ties = ties(content, options);
        Map<String, String> tied = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        List<Entry> found = new ArrayList<>();
        Set<String> unused = new TreeSet<>(content.tensors().keySet());
        for (Map.Entry<String, int[]> needed : shapes.entrySet()) {
            String name = needed.getKey();
            String own = tensors.get(prefix + name);
            String tensor = own == null ? ties.get(prefix + name) : own;
            if (tensor != null) {
                unused.remove(tensor);
            }
            if (kept.contains(name)) {
                continue;
            }
            Entry entry = tensor == null ? null : content.tensors().get(tensor);
            if (entry == null) {
                missing.add(name);
                if (!options.partial()) {
                    throw missing(file, name, needed.getValue());
                }
                continue;
            }
            requireShape(file, name, entry.shape(), needed.getValue());
            found.add(new Entry(name, entry.shape(), entry.values()));
            if (own == null) {
                tied.put(name, tensor);
            }
        }
        if (!unused.isEmpty() && !options.partial()) {
            throw new FormatException(file, "tensor " + Excerpt.quoted(unused.iterator().next())
                    + " belongs to no parameter of this model");
        }
        if (found.isEmpty() && !missing.isEmpty()) {
            throw new FormatException(file, "no tensor has the name of a parameter of this model, such as "
                    + missing.getFirst() + (unused.isEmpty()
                            ? ""
                            : "; there is " + Excerpt.quoted(unused.iterator().next())));
        }
        SafeTensors fitting = new SafeTensors(found, Map.of());
        each(weights, (name, target) -> {
            if (fitting.tensors().containsKey(name)) {
                copy(fitting, name, target);
            }
        });
        return new LoadReport(file, content.metadata(), prefix, tied, content.converted(), List.copyOf(missing),
                List.copyOf(unused));
    }

    /** The tensors of a file by their names in the model, perhaps after a prefix. */
    private static Map<String, String> renamed(Path file, SafeTensors content, LoadOptions options)
            throws FormatException {
        Set<String> names = content.tensors().keySet();
        for (LoadOptions.Renaming renaming : options.renamings()) {
            if (names.stream().noneMatch(renaming.from()::matches)) {
                throw new FormatException(file, "no tensor matches \"" + renaming.from() + "\", which is to be renamed"
                        + (names.isEmpty()
                                ? ""
                                : "; the nearest is " + Excerpt.quoted(renaming.from().nearest(names))));
            }
        }
        Map<String, String> tensors = new LinkedHashMap<>();
        for (String name : names) {
            String other = tensors.put(options.renamed(name), name);
            if (other != null) {
                throw new FormatException(file, "tensors " + Excerpt.quoted(other) + " and " + Excerpt.quoted(name)
                        + " have the same name after renaming, " + Excerpt.quoted(options.renamed(name)));
            }
        }
        return tensors;
    }

    /** The tensors to which the metadata tie others, by the names of these in the model, perhaps after a prefix. */
    private static Map<String, String> ties(SafeTensors content, LoadOptions options) {
        Map<String, String> ties = new LinkedHashMap<>();
        content.metadata().forEach((name, tensor) -> {
            if (content.tensors().containsKey(tensor)) {
                ties.put(options.renamed(name), tensor);
            }
        });
        return ties;
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
        each(weights, (name, target) -> copy(content, prefix + name, target));
    }

    /** Calls an action with the name and the values of every parameter and statistic. */
    private static void each(Weights weights, BiConsumer<String, Buffer> action) {
        weights.parameters().forEach(parameter -> action.accept(parameter.name(), parameter.value()));
        weights.statistics().forEach(statistic -> action.accept(statistic.name(), statistic.value()));
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
            throw missing(file, name, shape);
        }
        requireShape(file, name, entry.shape(), shape);
    }

    private static FormatException missing(Path file, String name, int[] shape) {
        return new FormatException(file, "tensor " + name + " of shape " + Arrays.toString(shape) + " is missing");
    }

    private static void requireShape(Path file, String name, int[] actual, int[] shape) throws FormatException {
        if (!Arrays.equals(actual, shape)) {
            throw new FormatException(file, "tensor " + name + " has shape " + Arrays.toString(actual)
                    + ", but the model needs " + Arrays.toString(shape));
        }
    }
}
