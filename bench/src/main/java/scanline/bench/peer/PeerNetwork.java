package scanline.bench.peer;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import scanline.lab.model.CnnRnnModel;
import scanline.lab.model.LayerKind;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;
import scanline.lab.model.SequenceModel;

/**
 * The network that the other sides build.
 *
 * @param kind the class in networks.py
 * @param settings the components of the model's record that are numbers, booleans or enum constants
 */
public record PeerNetwork(Kind kind, Map<String, Object> settings) {
    // By the layer of a sequence model, the ways in which sequences.py computes it.
    private static final Map<String, List<String>> SCANS = Map.of("s5", List.of("doubling", "loop", "fft"), "lru",
            List.of("doubling", "loop", "fft"), "s4d", List.of("fft"), "mingru", List.of("log", "loop"), "minlstm",
            List.of("log", "loop"));

    /** The models that the other sides support, by their names in a recipe. DJL only supports the first. */
    enum Kind {
        /** {@link RecurrentModel}. */
        RECURRENT,
        /** The vision transformer. */
        VIT,
        /** The encoder of a transformer. */
        ENCODER,
        /** The convolutional network. */
        CNN,
        /** The encoder and decoder of a transformer. */
        TRANSFORMER,
        /** The CNN with an LSTM that writes labels. */
        CNNRNN,
        /** The blocks of a deep sequence model. */
        SEQUENCE
    }

    /**
     * Returns the network of a model.
     *
     * @throws BenchException if the other sides do not support it
     */
    public static PeerNetwork of(Model model) {
        String name = model.getClass().getSimpleName();
        Kind kind = Arrays.stream(Kind.values()).filter(each -> name.equalsIgnoreCase(each + "Model")).findFirst()
                .orElseThrow(() -> new BenchException("the other sides do not support " + name));
        Map<String, Object> settings = new LinkedHashMap<>();
        for (RecordComponent component : model.getClass().getRecordComponents()) {
            if (!component.getType().isRecord() && !component.getType().isInterface()
                    && component.getType() != Optional.class) {
                settings.put(component.getName(), value(component, model));
            }
        }
        if (model instanceof RecurrentModel recurrent) {
            recurrent.dt().ifPresent(dt -> settings.put("dt", dt.name()));
        }
        if (model instanceof SequenceModel sequence) {
            putLayer(settings, sequence.layer());
        }
        if (model instanceof CnnRnnModel writer) {
            settings.put("cnn.dropout", writer.cnn().dropout());
        }
        return new PeerNetwork(kind, settings);
    }

    /** The description in {@code case.json}. */
    Map<String, Object> description() {
        Map<String, Object> description = new LinkedHashMap<>(settings);
        description.put("model", kind.name().toLowerCase(Locale.ROOT));
        return description;
    }

    /** Returns whether the loss of a training step depends on random numbers. */
    boolean dropsOut() {
        return Stream.of("dropout", "cnn.dropout")
                .anyMatch(key -> settings.get(key) instanceof Double rate && rate > 0);
    }

    /** The settings of PyTorch's network with the values to try; the first one is the most common. */
    public Map<String, List<String>> choices() {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        switch (kind) {
            case RECURRENT -> {
                choices.put("layout", "LEM".equals(settings.get("cell")) ? List.of("time") : List.of("batch", "time"));
                choices.put("head", "MEAN".equals(settings.get("readout"))
                        ? List.of("output")
                        : Boolean.TRUE.equals(settings.get("bidirectional"))
                                ? List.of("state")
                                : List.of("output", "state"));
                choices.put("onednn", List.of("on", "off"));
            }
            case SEQUENCE -> {
                List<String> scans = SCANS.getOrDefault(String.valueOf(settings.get("layer")), List.of());
                choices.put("layout", scans.isEmpty() ? List.of("time", "batch") : List.of("time"));
                if (!scans.isEmpty()) {
                    choices.put("scan", scans);
                }
                choices.put("onednn", List.of("on", "off"));
            }
            case VIT -> choices.put("attention", List.of("plain", "fused"));
            case ENCODER, TRANSFORMER -> {
                choices.put("layout", List.of("batch", "time"));
                choices.put("attention", List.of("fused", "plain"));
            }
            case CNN, CNNRNN -> {
                choices.put("memory", List.of("contiguous", "channels_last"));
                choices.put("onednn", List.of("on", "off"));
            }
        }
        return choices;
    }

    /** Puts the name of the layer of a block, and its own settings below that. */
    private static void putLayer(Map<String, Object> settings, LayerKind layer) {
        settings.put("layer", layer.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        for (RecordComponent component : layer.getClass().getRecordComponents()) {
            if (!component.getType().isRecord()) {
                settings.put("layer." + component.getName(), value(component, layer));
            }
        }
    }

    private static Object value(RecordComponent component, Object owner) {
        try {
            Object value = component.getAccessor().invoke(owner);
            return value instanceof Enum<?> choice ? choice.name() : value;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
