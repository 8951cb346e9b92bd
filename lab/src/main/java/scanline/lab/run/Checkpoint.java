package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import scanline.engine.io.FormatException;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.io.WeightsFile;
import scanline.engine.optim.MovingAverage;
import scanline.engine.optim.Optimizer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;

/** Checkpoints: all that training needs to resume bit-identically, in one safetensors file. */
public final class Checkpoint {
    private static final String FORMAT = "scanline-checkpoint-1";
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String AVERAGE = "ema.";

    private Checkpoint() {}

    /**
     * Writes a checkpoint atomically.
     *
     * @param average the moving average of the weights, if the recipe has one
     */
    public static void save(Path file, Weights weights, Optimizer optimizer, Optional<MovingAverage> average,
            Position position) throws IOException {
        List<Entry> entries = new ArrayList<>(WeightsFile.entries(MODEL, weights));
        slots(optimizer, average).forEach((name, slot) -> {
            float[] values = new float[slot.shape().elements()];
            slot.values().read(0, values, 0, values.length);
            entries.add(new Entry(name, slot.shape().sizes(), values));
        });
        Map<String, String> metadata = position.metadata();
        metadata.put("format", FORMAT);
        SafeTensors.write(file, new SafeTensors(entries, metadata));
    }

    /**
     * Restores the weights, the optimizer and the moving average of the weights.
     *
     * @param average the average, if the recipe has one
     * @param possible accepts the positions that this training can be at
     * @return the position of the run
     * @throws FormatException if the file is not a checkpoint of this model and optimizer; nothing is changed then
     */
    public static Position load(Path file, Weights weights, Optimizer optimizer, Optional<MovingAverage> average,
            Predicate<Position> possible) throws IOException {
        SafeTensors content = SafeTensors.read(file);
        if (!FORMAT.equals(content.metadata().get("format"))) {
            throw new FormatException(file, "is not a checkpoint (its format is not " + FORMAT + ")");
        }
        if (!content.converted().isEmpty()) {
            throw new FormatException(file,
                    "a checkpoint contains only F32 tensors, not " + String.join(", ", content.converted()));
        }
        for (Parameter parameter : weights.parameters()) {
            WeightsFile.require(file, content, MODEL + parameter.name(), parameter.shape().sizes());
        }
        for (Statistic statistic : weights.statistics()) {
            WeightsFile.require(file, content, MODEL + statistic.name(), statistic.shape().sizes());
        }
        Map<String, Optimizer.Slot> slots = slots(optimizer, average);
        for (Map.Entry<String, Optimizer.Slot> slot : slots.entrySet()) {
            WeightsFile.require(file, content, slot.getKey(), slot.getValue().shape().sizes());
        }
        Position position;
        try {
            position = Position.of(content.metadata());
        } catch (IllegalArgumentException e) {
            throw new FormatException(file, "has an invalid position: " + e.getMessage());
        }
        if (!possible.test(position)) {
            throw new FormatException(file, "is at step " + position.step() + ", example " + position.example()
                    + " of epoch " + (position.epoch() + 1L) + ", which training by this recipe never reaches");
        }
        WeightsFile.restore(MODEL, content, weights);
        slots.forEach((name, slot) -> WeightsFile.copy(content, name, slot.values()));
        optimizer.steps(position.step());
        average.ifPresent(restored -> restored.updates(position.step()));
        return position;
    }

    /** What a checkpoint holds besides the model, by its name there. */
    private static Map<String, Optimizer.Slot> slots(Optimizer optimizer, Optional<MovingAverage> average) {
        Map<String, Optimizer.Slot> slots = new LinkedHashMap<>();
        optimizer.state().forEach(slot -> slots.put(OPTIMIZER + slot.name(), slot));
        average.ifPresent(present -> present.state().forEach(slot -> slots.put(AVERAGE + slot.name(), slot)));
        return slots;
    }
}
