package scanline.lab.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.engine.onnx.OnnxOperators;
import scanline.lab.experiment.Experiment;

/** The formats that a trained model can be exported to. */
public enum ExportFormat {
    /**
     * A graph of ONNX operators that computes logits from pictures. Its input {@code pixels} is [batch, height, width],
     * from 0 (black) to 1 (white), in the size of the data set's images or of the recipe's canvas; shrinking,
     * normalization and scan order are part of the graph. Its output {@code logits} is [batch, classes], the values
     * that {@code scanline evaluate --logits} writes. A model that writes one label after another has a second input
     * {@code words}, [batch, length], and scores the next word after each of them: [batch, length, vocabulary].
     */
    ONNX {
        @Override
        Content content(Experiment experiment, OnnxOperators operators, Map<String, String> facts) {
            return OnnxModel.of(experiment, operators, facts)::writeTo;
        }
    },

    /** Only the parameters and statistics, with the names and shapes of PyTorch's layers: a {@code state_dict}. */
    SAFETENSORS {
        @Override
        Content content(Experiment experiment, OnnxOperators operators, Map<String, String> facts) {
            Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt")); // PyTorch's shapes
            metadata.putAll(facts);
            return new SafeTensors(WeightsFile.entries("", experiment.weights()), metadata)::writeTo;
        }
    };

    /** The content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code out}, and does not close it. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Returns the content of a file. It states the recipe and the seed, the SHA-256 of the weights and the names of the
     * classes, and the version, commit and data of the run that trained the weights.
     *
     * @param experiment the experiment with the weights to write
     * @param operators the version of the operators of a graph; ignored by other formats
     * @param provenance the provenance of the run that trained the weights; empty if it is unknown
     * @throws scanline.lab.base.RunException if the format does not support the model
     */
    public Content of(Experiment experiment, OnnxOperators operators, Map<String, Object> provenance) {
        return content(experiment, operators, Facts.of(experiment, provenance));
    }

    abstract Content content(Experiment experiment, OnnxOperators operators, Map<String, String> facts);
}
