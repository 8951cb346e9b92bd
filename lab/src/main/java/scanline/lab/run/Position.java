package scanline.lab.run;

import java.util.LinkedHashMap;
import java.util.Map;

import scanline.engine.file.Excerpt;

/**
 * The position of a training run, apart from its weights and its optimizer. Random numbers need no state: their keys
 * are derived from the seed and the step.
 *
 * @param epoch epochs completed
 * @param example examples seen in the current epoch
 * @param step steps taken
 * @param lossSum sum of the losses of those examples
 * @param correct the number of those that were answered correctly
 * @param seconds seconds trained, over all sessions
 * @param epochSeconds seconds trained in the current epoch
 * @param bestEpoch the epoch of the best validation so far, from 1; 0 for none
 * @param bestAccuracy its accuracy
 * @param bestLoss its loss
 */
public record Position(int epoch, int example, long step, double lossSum, int correct, double seconds,
        double epochSeconds, int bestEpoch, double bestAccuracy, double bestLoss) {
    /** The position before the first step. */
    public static final Position START = new Position(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /**
     * Returns the position after one more step.
     *
     * @param count examples in its batch
     * @param batchLoss their mean loss, in nats
     * @param batchCorrect the number of those that were answered correctly
     * @param took seconds
     */
    public Position afterStep(int count, double batchLoss, int batchCorrect, double took) {
        return new Position(epoch, example + count, step + 1, lossSum + batchLoss * count, correct + batchCorrect,
                seconds + took, epochSeconds + took, bestEpoch, bestAccuracy, bestLoss);
    }

    /**
     * Returns the position after the end of an epoch.
     *
     * @param row the row of that epoch
     */
    public Position afterEpoch(Run.Epoch row) {
        boolean best = bestEpoch == 0 || row.isBetterThan(bestAccuracy, bestLoss);
        return new Position(epoch + 1, 0, step, 0, 0, seconds, 0, best ? epoch + 1 : bestEpoch,
                best ? row.validationAccuracy() : bestAccuracy, best ? row.validationLoss() : bestLoss);
    }

    /** Returns the position as text that keeps every bit. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("epoch", Integer.toString(epoch));
        metadata.put("example", Integer.toString(example));
        metadata.put("step", Long.toString(step));
        metadata.put("lossSum", Double.toHexString(lossSum));
        metadata.put("right", Integer.toString(correct));
        metadata.put("seconds", Double.toHexString(seconds));
        metadata.put("epochSeconds", Double.toHexString(epochSeconds));
        metadata.put("bestEpoch", Integer.toString(bestEpoch));
        metadata.put("bestAccuracy", Double.toHexString(bestAccuracy));
        metadata.put("bestLoss", Double.toHexString(bestLoss));
        return metadata;
    }

    /**
     * Parses the text of {@link #metadata()}.
     *
     * @throws IllegalArgumentException if a value is missing, not a number, or impossible; its message is one line
     */
    static Position of(Map<String, String> metadata) {
        Position position = new Position((int) whole(metadata, "epoch", Integer.MAX_VALUE),
                (int) whole(metadata, "example", Integer.MAX_VALUE), whole(metadata, "step", Long.MAX_VALUE),
                number(metadata, "lossSum"), (int) whole(metadata, "right", Integer.MAX_VALUE),
                number(metadata, "seconds"), number(metadata, "epochSeconds"),
                (int) whole(metadata, "bestEpoch", Integer.MAX_VALUE), number(metadata, "bestAccuracy"),
                number(metadata, "bestLoss"));
        if (!(position.seconds >= 0 && position.epochSeconds >= 0 && Double.isFinite(position.seconds)
                && Double.isFinite(position.epochSeconds) && Double.isFinite(position.lossSum))) {
            throw new IllegalArgumentException("seconds or lossSum is out of range");
        }
        return position;
    }

    private static long whole(Map<String, String> metadata, String key, long most) {
        try {
            long value = Long.parseLong(text(metadata, key));
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw invalid(metadata, key);
    }

    private static double number(Map<String, String> metadata, String key) {
        try {
            return Double.parseDouble(text(metadata, key));
        } catch (NumberFormatException _) {
            throw invalid(metadata, key);
        }
    }

    private static IllegalArgumentException invalid(Map<String, String> metadata, String key) {
        return new IllegalArgumentException(key + " cannot be " + Excerpt.quoted(text(metadata, key)));
    }

    private static String text(Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }
}
