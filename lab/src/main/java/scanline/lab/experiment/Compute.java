package scanline.lab.experiment;

import scanline.engine.backend.Backend;
import scanline.engine.tensor.Engine;
import scanline.lab.base.RunException;

/**
 * What an experiment is computed with.
 *
 * @param backend the name of the backend
 * @param threads the number of threads that it may use; it does not change the results
 */
public record Compute(String backend, int threads) {
    /**
     * Checks that there is such a backend, so that a wrong name is reported before any data is read.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    public Compute {
        Backend.requireName(backend);
    }

    /**
     * Returns the backend that the environment variable {@link Backend#VARIABLE} names, or the default one.
     *
     * @throws RunException if there is no backend of that name
     */
    public static Compute with(int threads) {
        try {
            return new Compute(Backend.chosenName(), threads);
        } catch (IllegalArgumentException e) {
            throw new RunException(Backend.VARIABLE + ": " + e.getMessage());
        }
    }

    /** Opens an engine on the backend. */
    public Engine engine() {
        return Engine.open(backend, threads);
    }
}
