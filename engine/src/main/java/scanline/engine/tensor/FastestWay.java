package scanline.engine.tensor;

/**
 * Chooses among several ways to compute the same result, by the time that recent calls took. Each way is first measured in
 * a few calls in a row; then the fastest one is used, and from time to time another one is measured again, because which
 * one is fastest may change: for example, if another program takes a processor away.
 */
final class FastestWay {
    private static final int MEASURED = 8;
    private static final int FIRST_INTERVAL = 32;
    private static final int LAST_INTERVAL = 4096;
    private static final double WEIGHT = 1 / 16.0; // of the latest time in the average of the way in use

    private final double[] average; // nanoseconds of each way, 0 if unknown
    private int inUse;
    private int last; // the way that was measured last, or is being measured
    private boolean isMeasured = true; // whether it is being measured
    private int calls; // of the way in use, since it is
    private double sum;
    private int interval = FIRST_INTERVAL;

    FastestWay(int ways) {
        average = new double[ways];
    }

    /** Returns whether all ways have been measured. */
    boolean isKnown() {
        for (double each : average) {
            if (each == 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the way to use next. */
    int next() {
        return inUse;
    }

    /** Returns the fastest way if all but the first take {@code late} nanoseconds longer. */
    int fastest(double late) {
        int best = 0;
        double least = average[0] - late;
        for (int way = 1; way < average.length; way++) {
            if (average[way] < least) {
                best = way;
                least = average[way];
            }
        }
        return best;
    }

    /** Records the time of a call by the way {@link #next}. */
    void took(long nanos) {
        calls++;
        if (!isMeasured) {
            average[inUse] += WEIGHT * (nanos - average[inUse]);
            if (calls == interval && average.length > 1) {
                int other = (last + 1) % average.length;
                measure(other == inUse ? (other + 1) % average.length : other);
            }
            return;
        }
        sum += nanos;
        // A way that has lost already is not measured to the end.
        if (calls == MEASURED || sum > MEASURED * leastOfOthers()) {
            average[inUse] = sum / calls;
            if (isKnown()) {
                choose();
            } else {
                measure(last + 1);
            }
        }
    }

    private double leastOfOthers() {
        double least = Double.MAX_VALUE / MEASURED;
        for (int way = 0; way < average.length; way++) {
            if (way != inUse && average[way] > 0) {
                least = Math.min(least, average[way]);
            }
        }
        return least;
    }

    private void choose() {
        int best = fastest(0);
        // Ways that stay slower are measured less and less often.
        interval = best == last ? FIRST_INTERVAL : Math.min(LAST_INTERVAL, 2 * interval);
        inUse = best;
        isMeasured = false;
        calls = 0;
    }

    private void measure(int way) {
        inUse = way;
        last = way;
        isMeasured = true;
        calls = 0;
        sum = 0;
    }
}
