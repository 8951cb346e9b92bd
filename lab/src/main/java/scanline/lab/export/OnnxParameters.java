package scanline.lab.export;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Weights;
import scanline.lab.export.OnnxGraph.Value;

/** The parameters and statistics of a model by their names. Each stands in the graph once, under its own name, if it is read. */
final class OnnxParameters {
    private final OnnxGraph graph;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Value> inGraph = new HashMap<>();
    private final Set<String> unread;

    OnnxParameters(OnnxGraph graph, Weights weights) {
        this.graph = graph;
        WeightsFile.entries("", weights).forEach(entry -> entries.put(entry.name(), entry));
        unread = new TreeSet<>(entries.keySet());
    }

    /** Those that no layer has read: a model is exported whole only when there is none. */
    Set<String> unread() {
        return unread;
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    /** A parameter in its own shape. */
    Value value(String name) {
        return inGraph.computeIfAbsent(name, _ -> {
            Entry entry = entry(name);
            return graph.constant(name, entry.shape(), entry.values());
        });
    }

    /** The shape and the numbers of a parameter, for a layer that ONNX stores in another order. */
    Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        unread.remove(name);
        return entry;
    }
}
