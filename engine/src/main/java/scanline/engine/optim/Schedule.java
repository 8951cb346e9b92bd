package scanline.engine.optim;

/** How the learning rate changes while training goes on: a factor for each step. */
public sealed interface Schedule {
    /**
     * What the learning rate is multiplied by.
     *
     * @param step
     *            the step to be taken, from 0
     * @param stepsAnEpoch
     *            how many steps an epoch has
     * @param epochs
     *            how many epochs there are
     */
    double factor(long step, long stepsAnEpoch, int epochs);

    /** Always 1. */
    record Constant() implements Schedule {
        /** The only one. */
        public static final Constant DEFAULT = new Constant();

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            return 1;
        }
    }

    /** Multiplies by {@code decay} after every {@code every} epochs; PyTorch's {@code StepLR}. */
    record Step(int every, double decay) implements Schedule {
        /** A tenth after every 30 epochs. */
        public static final Step DEFAULT = new Step(30, 0.1);

        /** Checks the parameters. */
        public Step {
            UpdateRule.require(every > 0, "every", "positive", every);
            UpdateRule.require(decay > 0 && decay <= 1, "decay", "in (0, 1]", decay);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            long epoch = step / stepsAnEpoch;
            long falls = epoch / every;
            return StrictMath.pow(decay, (double) falls);
        }
    }

    /**
     * Half a cosine from 1 down to {@code least} over the whole training, once an epoch or once a step (Loshchilov and
     * Hutter 2017, without restarts); by epochs it is PyTorch's {@code CosineAnnealingLR}.
     */
    record Cosine(double least, boolean byEpoch) implements Schedule {
        /** Down to nothing, a little every step. */
        public static final Cosine DEFAULT = new Cosine(0, false);

        /** Checks the parameters. */
        public Cosine {
            UpdateRule.require(least >= 0 && least <= 1, "least", "in [0, 1]", least);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int epochs) {
            long since = byEpoch ? step - step % stepsAnEpoch : step;
            return fall((double) since / (stepsAnEpoch * epochs), least);
        }
    }

    /**
     * Rises evenly from 0 to 1 over the first {@code epochs} epochs, then falls as half a cosine to {@code least} (Goyal
     * et al. 2017; Loshchilov and Hutter 2017).
     */
    record WarmUp(double epochs, double least) implements Schedule {
        /** One epoch up, then down to nothing. */
        public static final WarmUp DEFAULT = new WarmUp(1, 0);

        /** Checks the parameters. */
        public WarmUp {
            UpdateRule.require(epochs >= 0, "epochs", "0 or more", epochs);
            UpdateRule.require(least >= 0 && least <= 1, "least", "in [0, 1]", least);
        }

        @Override
        public double factor(long step, long stepsAnEpoch, int allEpochs) {
            double warm = epochs * stepsAnEpoch;
            if (step < warm) {
                return (step + 1) / (warm + 1);
            }
            return fall((step - warm) / Math.max(1, stepsAnEpoch * allEpochs - warm), least);
        }
    }

    private static double fall(double progress, double least) {
        return least + (1 - least) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
    }
}
