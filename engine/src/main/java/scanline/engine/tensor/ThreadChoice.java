package scanline.engine.tensor;

/**
 * The choice between one thread and all threads of a team, by the time that recent calls took. All threads lose if the
 * work is small, or if other programs keep one of them from running. Each way is measured in a few calls in a row; then
 * the faster one is used, and from time to time the other is measured again.
 */
final class ThreadChoice {
    private static final int MEASURED = 8;
    private static final int FIRST_INTERVAL = 32;
    private static final int LAST_INTERVAL = 4096;
    private static final double WEIGHT = 1 / 16.0; // of the latest time in the average of the way in use

    private double one; // average nanoseconds by one thread, 0 if unknown
    private double all; // likewise by all threads
    private boolean usesOne;
    private boolean isMeasured = true; // whether the way in use is being measured
    private int calls; // since that started, or since the other way was measured
    private double sum;
    private int interval = FIRST_INTERVAL;

    /** Returns whether both ways have been measured. */
    boolean isKnown() {
        return one > 0 && all > 0;
    }

    /** Returns whether one thread should compute next. */
    boolean isOne() {
        return usesOne;
    }

    /** Returns whether one thread is faster than all, of which the others start {@code late} nanoseconds late. */
    boolean isOneFaster(double late) {
        return one < all + late;
    }

    /** Records the time of the call that {@link #isOne} was asked for. */
    void took(long nanos) {
        calls++;
        if (!isMeasured) {
            double before = usesOne ? one : all;
            setAverage(before + WEIGHT * (nanos - before));
            if (calls == interval) {
                measure(!usesOne);
            }
            return;
        }
        sum += nanos;
        double other = usesOne ? all : one;
        // A way that has lost already is not measured to the end.
        if (calls == MEASURED || (other > 0 && sum > MEASURED * other)) {
            setAverage(sum / calls);
            choose(other == 0);
        }
    }

    private void choose(boolean isOtherUnknown) {
        if (isOtherUnknown) {
            measure(!usesOne);
            return;
        }
        boolean best = isOneFaster(0);
        // A way that stays slower is measured less and less often.
        interval = best == usesOne ? FIRST_INTERVAL : Math.min(LAST_INTERVAL, 2 * interval);
        usesOne = best;
        isMeasured = false;
        calls = 0;
    }

    private void measure(boolean byOne) {
        usesOne = byOne;
        isMeasured = true;
        calls = 0;
        sum = 0;
    }

    private void setAverage(double average) {
        if (usesOne) {
            one = average;
        } else {
            all = average;
        }
    }
}
