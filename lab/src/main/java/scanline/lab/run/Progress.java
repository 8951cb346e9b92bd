package scanline.lab.run;

import java.util.List;

/** Receives progress events while a run trains. */
public interface Progress {
    /** A listener that does nothing. */
    Progress NONE = all();

    /**
     * A step that was taken.
     *
     * @param epoch the current epoch, from 1
     * @param step the step of this epoch, from 1
     * @param steps steps in an epoch
     * @param batchLoss mean loss of the batch, in nats
     * @param loss mean loss of the epoch so far, in nats
     * @param accuracy accuracy of the epoch so far, a fraction
     * @param examplesPerSecond speed over the last steps
     * @param secondsLeft seconds until the end of training, estimated
     */
    record Step(int epoch, int step, int steps, double batchLoss, double loss, double accuracy,
            double examplesPerSecond,
            double secondsLeft) {}

    /** Receives each step after it was taken. */
    void step(Step step);

    /** Receives each epoch after its end. */
    void epoch(Run.Epoch epoch);

    /** Returns a listener that passes all events to several others. */
    static Progress all(Progress... listeners) {
        return new Progress() {
            @Override
            public void step(Step step) {
                List.of(listeners).forEach(listener -> listener.step(step));
            }

            @Override
            public void epoch(Run.Epoch epoch) {
                List.of(listeners).forEach(listener -> listener.epoch(epoch));
            }
        };
    }

    /** Formats a duration, such as {@code 3 min 19 s}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole >= 3600) {
            return whole / 3600 + " h " + whole % 3600 / 60 + " min";
        }
        return whole >= 60 ? whole / 60 + " min " + whole % 60 + " s" : whole + " s";
    }
}
