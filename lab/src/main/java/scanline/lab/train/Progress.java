package scanline.lab.train;

/** Is told how training goes. */
public interface Progress {
    /** Tells nobody. */
    Progress NONE = new Progress() {
        @Override
        public void step(int epoch, int step, int steps, double loss, double accuracy, double examplesPerSecond,
                double secondsLeft) {}

        @Override
        public void epoch(Run.Epoch epoch) {}
    };

    /**
     * After each step.
     *
     * @param epoch the current epoch, from 1
     * @param step the step of this epoch, from 1
     * @param steps how many steps an epoch has
     * @param loss mean loss of the epoch so far
     * @param accuracy accuracy of the epoch so far, a fraction
     * @param examplesPerSecond speed over the last steps
     * @param secondsLeft until the end of training
     */
    void step(int epoch, int step, int steps, double loss, double accuracy, double examplesPerSecond,
            double secondsLeft);

    /** After each epoch. */
    void epoch(Run.Epoch epoch);

    /** A time for people, such as {@code 3 min 19 s}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole >= 3600) {
            return whole / 3600 + " h " + whole % 3600 / 60 + " min";
        }
        return whole >= 60 ? whole / 60 + " min " + whole % 60 + " s" : whole + " s";
    }
}
