package scanline.engine.optim;

/** The check that the constructors of this package share. */
final class Hyperparameter {
    private Hyperparameter() {}

    /**
     * Checks a hyperparameter.
     *
     * @throws IllegalArgumentException
     *             if it is not valid, or not a finite number
     */
    static void require(boolean valid, String name, String range, double value) {
        if (!valid || !Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
        }
    }
}
