package scanline.engine.optim;

/** A learning rate schedule: a factor for each training step. Any record may implement it. */
public interface Schedule {
    /**
     * Returns the factor of the learning rate.
     *
     * @param step
     *            the number of the step to be taken, from 0
     * @param stepsAnEpoch
     *            the number of steps per epoch
     * @param epochs
     *            the number of epochs of the whole training
     */
    double factor(long step, long stepsAnEpoch, int epochs);

    /** A constant factor of 1. */
    record Constant() implements Schedule {
        /** The only instance. */
        public static final Constant DEFAULT = new Constant();

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            return 1;
        }
    }

    /**
     * A step schedule: the rate is multiplied by {@code gamma} after every {@code stepSize} epochs; PyTorch's
     * {@code StepLR}.
     */
    record Step(int stepSize, double gamma) implements Schedule {
        /** A decay to a tenth after every 30 epochs. */
        public static final Step DEFAULT = new Step(30, 0.1);

        /**
         * Checks the parameters.
         *
         * @throws IllegalArgumentException
         *             if one is out of range
         */
        public Step {
            Hyperparameter.require(stepSize > 0, "stepSize", "positive", stepSize);
            Hyperparameter.require(gamma > 0 && gamma <= 1, "gamma", "in (0, 1]", gamma);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            long epoch = step / stepsAnEpoch;
            long decays = epoch / stepSize;
            return StrictMath.pow(gamma, (double) decays);
        }
    }

    /**
     * A cosine schedule from 1 down to {@code minimum} over the whole training, updated once per epoch or once per step
     * (Loshchilov and Hutter 2017, without restarts). Updated per epoch it is PyTorch's {@code CosineAnnealingLR}.
     */
    record Cosine(double minimum, boolean byEpoch) implements Schedule {
        /** A decay to 0, updated every step. */
        public static final Cosine DEFAULT = new Cosine(0, false);

        /**
         * Checks the parameters.
         *
         * @throws IllegalArgumentException
         *             if one is out of range
         */
        public Cosine {
            Hyperparameter.require(minimum >= 0 && minimum <= 1, "minimum", "in [0, 1]", minimum);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            long since = byEpoch ? step - step % stepsAnEpoch : step;
            return cosine((double) since / (stepsAnEpoch * epochs), minimum);
        }
    }

    /**
     * A linear warm-up from 0 to 1 over the first {@code epochs} epochs, then a cosine decay to {@code minimum} (Goyal et
     * al. 2017; Loshchilov and Hutter 2017), both updated every step.
     *
     * @param fromStart
     *            whether the cosine is that of the whole training, of which the warm-up replaces the first part, as in
     *            the code of S5 (Smith, Warrington and Linderman 2023); the rate then falls from less than 1 after the
     *            warm-up. That code lets it reach the minimum as many epochs before the end as the warm-up takes, which
     *            this schedule does at the end
     */
    record WarmUp(double epochs, double minimum, boolean fromStart) implements Schedule {
        /** One epoch of warm-up, then a decay from 1 to 0. */
        public static final WarmUp DEFAULT = new WarmUp(1, 0, false);

        /**
         * Checks the parameters.
         *
         * @throws IllegalArgumentException
         *             if one is out of range
         */
        public WarmUp {
            Hyperparameter.require(epochs >= 0, "epochs", "0 or more", epochs);
            Hyperparameter.require(minimum >= 0 && minimum <= 1, "minimum", "in [0, 1]", minimum);
        }

        /** Creates a schedule whose decay starts at 1. */
        public WarmUp(double epochs, double minimum) {
            this(epochs, minimum, false);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int allEpochs) {
            double warm = epochs * stepsAnEpoch;
            double all = (double) stepsAnEpoch * allEpochs;
            if (fromStart) {
                return step < warm ? Math.min(1, (step + 1) / warm) : cosine(step / all, minimum);
            }
            if (step < warm) {
                return (step + 1) / (warm + 1);
            }
            return cosine((step - warm) / Math.max(1, all - warm), minimum);
        }
    }

    /**
     * One cycle: a rise along a cosine from {@code 1 / divisor} to 1, then a fall along another one to
     * {@code 1 / (divisor lastDivisor)} at the last step (Smith and Topin 2018). It is PyTorch's {@code OneCycleLR} with
     * its default of two phases.
     *
     * @param rise
     *            the share of the steps in which the rate rises
     * @param divisor
     *            the rate divided by the first one
     * @param lastDivisor
     *            the first rate divided by the last one
     */
    record OneCycle(double rise, double divisor, double lastDivisor) implements Schedule {
        /** PyTorch's: a rise in 30 % of the steps. */
        public static final OneCycle DEFAULT = new OneCycle(0.3, 25, 10_000);

        /**
         * Checks the parameters.
         *
         * @throws IllegalArgumentException
         *             if one is out of range
         */
        public OneCycle {
            Hyperparameter.require(rise >= 0 && rise < 1, "rise", "in [0, 1)", rise);
            Hyperparameter.require(divisor >= 1, "divisor", "1 or more", divisor);
            Hyperparameter.require(lastDivisor >= 1, "lastDivisor", "1 or more", lastDivisor);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            double last = (double) stepsAnEpoch * epochs - 1;
            double peak = rise * (last + 1) - 1;
            double first = 1 / divisor;
            return step < peak
                    ? cosine(step / peak, 1, first)
                    : cosine(Math.min(1, (step - peak) / (last - peak)), first / lastDivisor, 1);
        }

        /** Moves from {@code start} to {@code end} as progress does from 0 to 1. */
        private static double cosine(double progress, double end, double start) {
            return end + (start - end) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
        }
    }

    private static double cosine(double progress, double minimum) {
        return minimum + (1 - minimum) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
    }
}
