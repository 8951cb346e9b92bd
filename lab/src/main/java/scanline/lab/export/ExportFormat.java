package scanline.lab.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import scanline.engine.io.AtomicFile;
import scanline.engine.io.WeightsFile;
import scanline.lab.format.Protobuf;
import scanline.lab.train.Experiment;

/** A format that a trained model can be written in. */
public enum ExportFormat {
    /**
     * What runtimes execute: the whole way from pictures to logits, as a graph of ONNX's operators. Its input {@code pixels}
     * is [batch, height, width], from 0 for black to 1, in the size of the data set's images or of the recipe's canvas;
     * shrinking, normalisation and scan order are in the graph. Its output {@code logits} is [batch, classes], what
     * {@code scanline evaluate --logits} writes. A model that writes labels one after the other reads {@code words}, [batch,
     * length], as well, and scores what comes behind each of them, [batch, length, vocabulary].
     */
    ONNX {
        @Override
        void writeNew(Path file, Experiment experiment, Map<String, String> facts) throws IOException {
            Protobuf model = OnnxModel.of(experiment, facts);
            AtomicFile.write(file, model::writeTo);
        }
    },

    /** The parameters and statistics alone, by the names and in the shapes of PyTorch's layers: a {@code state_dict}. */
    SAFETENSORS {
        @Override
        void writeNew(Path file, Experiment experiment, Map<String, String> facts) throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt")); // PyTorch's shapes
            metadata.putAll(facts);
            WeightsFile.save(file, experiment.weights(), metadata);
        }
    };

    /**
     * Writes or replaces a file, whole or not at all. It says which recipe and seed it comes from, the SHA-256 of the weights and
     * the names of the classes, and of the run that trained it the version, the commit and the data.
     *
     * @param experiment whose weights are those to write
     * @param provenance that of the run which the weights are from; empty where nobody knows
     * @throws scanline.lab.train.RunException if the format has no words for the model
     * @throws scanline.engine.io.FileAccessException if the file cannot be written; an old one is then untouched
     */
    public void write(Path file, Experiment experiment, Map<String, Object> provenance) throws IOException {
        writeNew(file, experiment, Facts.of(experiment, provenance));
    }

    abstract void writeNew(Path file, Experiment experiment, Map<String, String> facts) throws IOException;
}
