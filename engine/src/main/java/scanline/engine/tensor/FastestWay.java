package scanline.engine.tensor;

/**
 * Chooses among several ways to compute the same result, by the time that recent calls took. Each way is first measured in
 * a few calls in a row; then the fastest one is used, and from time to time another one is measured again, because which
 * one is fastest may change: for example, if another program takes a processor away.
 */
final class FastestWay {
    private static final int MEASURED = 8;
    private static final long ENOUGH_NANOS = 200_000_000; // of slow calls, fewer are measured
    private static final int FIRST_INTERVAL = 16;
    private static final int LAST_INTERVAL = 4096;
    private static final double WEIGHT = 1 / 16.0; // of the latest time in the average of the way in use

    private final double[] average; // nanoseconds of each way, 0 if unknown
    private int inUse;
    private int last; // the way that was measured last, or is being measured
    private boolean isMeasured = true; // whether it is being measured
    private int calls; // since a way was chosen or its measurement began
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
            // A single call that takes very long changes nothing.
            average[inUse] += WEIGHT * (Math.min((double) nanos, 2 * average[inUse]) - average[inUse]);
            if (calls >= interval && average.length > 1) {
                int other = (last + 1) % average.length;
                measure(other == inUse ? (other + 1) % average.length : other);
            } else if (average[inUse] > leastOfOthers()) {
                inUse = fastest(0); // which was faster when it was measured
            }
            return;
        }
        boolean hasLost = sum + nanos > MEASURED * leastOfOthers();
        // The first call finds the caches cold, and the very first one is perhaps not compiled.
        if (calls == 1 && !(hasLost && average[inUse] > 0)) {
            return;
        }
        sum += nanos;
        if (calls > MEASURED || sum > ENOUGH_NANOS || hasLost) {
            average[inUse] = sum / Math.max(1, calls - 1);
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
