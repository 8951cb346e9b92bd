package scanline.lab.export;

import scanline.engine.geometry.CellKind;
import scanline.lab.base.RunException;
import scanline.lab.export.OnnxGraph.Value;
import scanline.lab.model.CnnModel;
import scanline.lab.model.CnnRnnModel;
import scanline.lab.model.EncoderModel;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;
import scanline.lab.model.TransformerModel;
import scanline.lab.model.VitModel;

/** The formulas of the models in ONNX operators, with a case for each model that can be exported. */
final class OnnxFormulas {
    private final OnnxGraph graph;
    private final OnnxLayers layers;
    private final OnnxRecurrent recurrentLayers;

    OnnxFormulas(OnnxGraph graph) {
        this.graph = graph;
        layers = new OnnxLayers(graph);
        recurrentLayers = new OnnxRecurrent(graph);
    }

    /**
     * Adds a classifier to the graph.
     *
     * @param x sequences, [B, T, F]
     * @return logits, [B, C]
     * @throws RunException if the model has no formula here
     */
    Value classifier(Model model, Value x) {
        return switch (model) {
            case RecurrentModel recurrent -> recurrent(recurrent, x);
            case CnnModel _ -> layers.linear("fc2", features("", x));
            case EncoderModel encoder -> encoder(encoder, x);
            case VitModel vit -> vit(vit, x);
            default -> throw unknown(model);
        };
    }

    /**
     * Adds an autoregressive model to the graph.
     *
     * @param x sequences, [B, T, F]
     * @param words the words written so far, [B, L]
     * @return logits of the next word after each word, [B, L, V]
     * @throws RunException if the model has no formula here
     */
    Value autoregressive(Model model, Value x, Value words) {
        return switch (model) {
            case TransformerModel transformer -> transformer(transformer, x, words);
            case CnnRnnModel cnnRnn -> cnnRnn(x, words);
            default -> throw unknown(model);
        };
    }

    private static RunException unknown(Model model) {
        return new RunException(model.getClass().getSimpleName()
                + " cannot be exported to ONNX yet: OnnxFormulas lacks its formula (docs/adding.md); safetensors does"
                + " not need one");
    }

    private Value recurrent(RecurrentModel model, Value x) {
        Value last = recurrentLayers
                .forward(model.cell().layer(), model.cell(), model.layers(), graph.transpose(x, 1, 0, 2))
                .last();
        return layers.linear("fc", model.relu() ? graph.relu(last) : last);
    }

    /** Adds all layers of a CNN except the last linear layer; each step is a row of its image. */
    private Value features(String scope, Value x) {
        Value y = graph.unsqueeze(x, 1);
        for (int i = 1; i <= 2; i++) {
            y = layers.batchNorm(scope + "bn" + i, layers.conv(scope + "conv" + i, y));
            y = graph.maxPool(graph.relu(y));
        }
        return graph.relu(layers.linear(scope + "fc1", graph.flatten(y)));
    }

    private Value encoder(EncoderModel model, Value x) {
        Value y = layers.linear("embedding", x);
        if (model.positions()) {
            y = layers.positions("pos_embedding", y);
        }
        for (int l = 0; l < model.depth(); l++) {
            y = layers.postNormBlock("layers." + l, model.heads(), y);
        }
        return layers.linear("fc", switch (model.pooling()) {
            case FIRST -> graph.firstStep(y);
            case MEAN -> graph.meanOverSteps(y);
        });
    }

    private Value vit(VitModel model, Value x) {
        Value y = layers.positions("pos_embedding",
                layers.classToken("cls_token", layers.patchEmbedding("embedding", x)));
        for (int l = 0; l < model.depth(); l++) {
            y = layers.preNormBlock("layers." + l, model.heads(), y);
        }
        return layers.linear("fc", layers.layerNorm("norm", graph.firstStep(y)));
    }

    private Value transformer(TransformerModel model, Value x, Value words) {
        Value encoded = layers.positions("encoder.pos_embedding", layers.linear("encoder.embedding", x));
        for (int l = 0; l < model.encoderDepth(); l++) {
            encoded = layers.postNormBlock("encoder.layers." + l, model.heads(), encoded);
        }
        Value length = graph.size(words, 1);
        Value mask = layers.causalMask(length);
        Value y = layers.positions("decoder.pos_embedding", layers.embedding("decoder.embedding.weight", words),
                length);
        for (int l = 0; l < model.decoderDepth(); l++) {
            y = layers.decoderBlock("decoder.layers." + l, model.heads(), y, encoded, mask);
        }
        return layers.linear("fc", y);
    }

    private Value cnnRnn(Value x, Value words) {
        Value image = layers.linear("image_projection", features("cnn.", x));
        Value labels = graph.transpose(layers.embedding("embedding.weight", words), 1, 0, 2);
        Value o = graph.transpose(recurrentLayers.forward("lstm", CellKind.LSTM, 1, labels).steps(), 1, 0, 2);
        Value both = graph.relu(graph.add(layers.linear("label_projection", o), graph.unsqueeze(image, 1)));
        return graph.matmul(both, graph.transpose(layers.allRowsButLast("embedding.weight"), 1, 0));
    }
}
