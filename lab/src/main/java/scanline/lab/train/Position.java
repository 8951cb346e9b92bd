package scanline.lab.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a training run stands, apart from its weights and its optimiser. Random numbers need no state: they are keyed by
 * the seed and the step.
 *
 * @param epoch epochs completed
 * @param example examples of the current epoch seen
 * @param step steps taken
 * @param lossSum sum of the losses of those examples
 * @param right how many of them were classified rightly
 * @param seconds seconds trained, over all sessions
 * @param epochSeconds those of the current epoch
 * @param bestEpoch the epoch of the best validation so far, from 1; 0 for none
 * @param bestAccuracy its accuracy
 * @param bestLoss its loss
 */
public record Position(int epoch, int example, long step, double lossSum, int right, double seconds,
        double epochSeconds, int bestEpoch, double bestAccuracy, double bestLoss) {
    /** Before the first step. */
    public static final Position START = new Position(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** As text that keeps every bit. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("epoch", Integer.toString(epoch));
        metadata.put("example", Integer.toString(example));
        metadata.put("step", Long.toString(step));
        metadata.put("lossSum", Double.toHexString(lossSum));
        metadata.put("right", Integer.toString(right));
        metadata.put("seconds", Double.toHexString(seconds));
        metadata.put("epochSeconds", Double.toHexString(epochSeconds));
        metadata.put("bestEpoch", Integer.toString(bestEpoch));
        metadata.put("bestAccuracy", Double.toHexString(bestAccuracy));
        metadata.put("bestLoss", Double.toHexString(bestLoss));
        return metadata;
    }

    /**
     * From the text of {@link #metadata()}.
     *
     * @throws IllegalArgumentException if a value is missing, no number, or impossible
     */
    static Position of(Map<String, String> metadata) {
        Position position = new Position(Integer.parseInt(text(metadata, "epoch")),
                Integer.parseInt(text(metadata, "example")), Long.parseLong(text(metadata, "step")),
                Double.parseDouble(text(metadata, "lossSum")), Integer.parseInt(text(metadata, "right")),
                Double.parseDouble(text(metadata, "seconds")), Double.parseDouble(text(metadata, "epochSeconds")),
                Integer.parseInt(text(metadata, "bestEpoch")), Double.parseDouble(text(metadata, "bestAccuracy")),
                Double.parseDouble(text(metadata, "bestLoss")));
        if (position.epoch < 0 || position.example < 0 || position.step < 0) {
            throw new IllegalArgumentException("negative position");
        }
        return position;
    }

    private static String text(Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return value;
    }
}
