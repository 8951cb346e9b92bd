package scanline.engine.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;

/**
 * The parameters of a model, and the statistics that it tracks, in a safetensors file, by PyTorch's names, so that a
 * {@code state_dict} fits both ways.
 */
public final class WeightsFile {
    private WeightsFile() {}

    /** Writes every parameter and statistic, whole or not at all. */
    public static void save(Path file, Weights weights, Map<String, String> metadata) throws IOException {
        SafeTensors.write(file, new SafeTensors(entries("", weights), metadata));
    }

    /**
     * Reads every parameter and statistic.
     *
     * @return the metadata of the file
     * @throws FormatException
     *             if a tensor is missing, has another shape, or belongs to no parameter; the weights are then as before
     */
    public static Map<String, String> load(Path file, Weights weights) throws IOException {
        return load(file, weights, Set.of());
    }

    /**
     * Reads every parameter and statistic but some.
     *
     * @param fresh
     *            names of parameters that keep their values, whatever the file has under these names
     * @return the metadata of the file
     * @throws FormatException
     *             if another tensor is missing, has another shape, or belongs to no parameter; the weights are then as before
     */
    public static Map<String, String> load(Path file, Weights weights, Set<String> fresh) throws IOException {
        SafeTensors content = SafeTensors.read(file);
        Set<String> unknown = new HashSet<>(content.tensors().keySet());
        for (Parameter parameter : weights.parameters()) {
            if (!fresh.contains(parameter.name())) {
                require(file, content, parameter.name(), parameter.shape().sizes());
            }
            unknown.remove(parameter.name());
        }
        for (Statistic statistic : weights.statistics()) {
            require(file, content, statistic.name(), statistic.shape().sizes());
            unknown.remove(statistic.name());
        }
        if (!unknown.isEmpty()) {
            throw new FormatException(file,
                    "tensor " + Excerpt.quoted(unknown.stream().sorted().findFirst().orElseThrow())
                            + " belongs to no parameter of this model");
        }
        restore("", content, weights, fresh);
        return content.metadata();
    }

    /** Every parameter and statistic as an entry, its name after {@code prefix}. */
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
     * Sets every parameter and statistic from the entry of its name after {@code prefix}, after all were {@link #require
     * required}.
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

    /** Copies the values of an entry to a buffer. */
    public static void copy(SafeTensors content, String name, Buffer target) {
        Entry entry = content.tensors().get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no tensor is named " + name);
        }
        target.write(0, entry.values(), 0, entry.values().length);
    }

    /**
     * Checks that a file has a tensor.
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
