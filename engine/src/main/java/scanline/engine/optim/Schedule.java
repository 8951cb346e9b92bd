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
     * al. 2017; Loshchilov and Hutter 2017).
     */
    record WarmUp(double epochs, double minimum) implements Schedule {
        /** One epoch of warm-up, then a decay to 0. */
        public static final WarmUp DEFAULT = new WarmUp(1, 0);

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

        @Override
        public double factor(long step, long stepsAnEpoch, int allEpochs) {
            double warm = epochs * stepsAnEpoch;
            if (step < warm) {
                return (step + 1) / (warm + 1);
            }
            return cosine((step - warm) / Math.max(1, stepsAnEpoch * allEpochs - warm), minimum);
        }
    }

    private static double cosine(double progress, double minimum) {
        return minimum + (1 - minimum) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
    }
}
