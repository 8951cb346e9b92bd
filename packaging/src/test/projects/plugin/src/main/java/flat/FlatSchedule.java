package flat;

import scanline.engine.optim.Schedule;

/** A schedule that changes nothing. */
public record FlatSchedule() implements Schedule {
    /** The schedule. */
    public static final FlatSchedule DEFAULT = new FlatSchedule();

    @Override
    public double factor(long step, long stepsAnEpoch, int epochs) {
        return 1;
    }
}
