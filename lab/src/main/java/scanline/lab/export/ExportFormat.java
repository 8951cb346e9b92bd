package scanline.lab.export;

import java.util.LinkedHashMap;
import java.util.Map;

import scanline.engine.io.AtomicFile;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.lab.experiment.Experiment;

/** A format that a trained model can be written in. */
public enum ExportFormat {
    /**
     * What runtimes execute: the whole way from pictures to logits, as a graph of ONNX's operators. Its input {@code pixels}
     * is [batch, height, width], from 0 for black to 1, in the size of the data set's images or of the recipe's canvas;
     * shrinking, normalization and scan order are in the graph. Its output {@code logits} is [batch, classes], what
     * {@code scanline evaluate --logits} writes. A model that writes labels one after the other reads {@code words}, [batch,
     * length], as well, and scores what comes behind each of them, [batch, length, vocabulary].
     */
    ONNX {
        @Override
        AtomicFile.Content content(Experiment experiment, OnnxOperators operators, Map<String, String> facts) {
            return OnnxModel.of(experiment, operators, facts)::writeTo;
        }
    },

    /** The parameters and statistics alone, by the names and in the shapes of PyTorch's layers: a {@code state_dict}. */
    SAFETENSORS {
        @Override
        AtomicFile.Content content(Experiment experiment, OnnxOperators operators, Map<String, String> facts) {
            Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt")); // PyTorch's shapes
            metadata.putAll(facts);
            return new SafeTensors(WeightsFile.entries("", experiment.weights()), metadata)::writeTo;
        }
    };

    /**
     * A file's content. It says which recipe and seed it comes from, the SHA-256 of the weights and the names of the classes, and
     * of the run that trained it the version, the commit and the data.
     *
     * @param experiment whose weights are those to write
     * @param operators what a graph is made of; other formats have none
     * @param provenance that of the run which the weights are from; empty where nobody knows
     * @throws scanline.lab.base.RunException if the format has no words for the model
     */
    public AtomicFile.Content of(Experiment experiment, OnnxOperators operators, Map<String, Object> provenance) {
        return content(experiment, operators, Facts.of(experiment, provenance));
    }

    abstract AtomicFile.Content content(Experiment experiment, OnnxOperators operators, Map<String, String> facts);
}
