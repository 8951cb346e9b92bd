package scanline.engine.ops;

import java.util.Arrays;
import java.util.List;

/**
 * The entry of an op, from which its tests are made.
 *
 * @param name
 *            its class and method
 * @param composed
 *            class and method of its twin made of plain ops; empty for none
 * @param tolerances
 *            how far it may be from its references
 * @param backwards
 *            the duties that its gradient rests on: an error in any of their outputs must be noticed
 * @param samples
 *            what it is applied to
 */
record Op(String name, String composed, Tolerances tolerances, List<Backward> backwards, List<Sample> samples) {
    /**
     * A duty that adds to gradients.
     *
     * @param outputs
     *            how many of the blocks of its first arguments are such
     */
    record Backward(String operation, int outputs) {}

    /** How far two numbers may be apart, as a share of the largest of a tensor, or of {@code least} if that is more. */
    record Tolerance(double share, double least) {}

    /**
     * How far an op may be from its references. 0 is the same bits.
     *
     * @param values
     *            from its twins, in value
     * @param gradients
     *            from its twins, in every gradient
     * @param differences
     *            from central differences
     * @param torch
     *            from PyTorch, in value and in every gradient
     */
    record Tolerances(Tolerance values, Tolerance gradients, double differences, double torch) {
        // Rounding, added up differently; central differences have a larger error of their own.
        private static final double TORCH = 1e-5;
        private static final double DIFFERENCES = 1e-3;
        // Less is nothing: what is left where no gradient flows.
        private static final double NOTHING = 1e-30;

        /** Shares of the largest number of a tensor. */
        static Tolerances of(double values, double gradients) {
            return of(new Tolerance(values, NOTHING), new Tolerance(gradients, NOTHING));
        }

        static Tolerances of(Tolerance values, Tolerance gradients) {
            return new Tolerances(values, gradients, DIFFERENCES, TORCH);
        }
    }

    /** An entry without a composed twin. */
    static Op of(String name, Tolerances tolerances, String operation, int outputs, List<Sample> samples) {
        return new Op(name, "", tolerances, List.of(new Backward(operation, outputs)), samples);
    }

    /** Those that are small enough for central differences, and for PyTorch's results to be kept. */
    List<Sample> small() {
        return samples.stream().filter(sample -> !sample.torch().isEmpty()).toList();
    }

    /** Its name and its twin's. */
    List<String> names() {
        return composed.isEmpty() ? List.of(name) : Arrays.asList(name, composed);
    }

    @Override
    public String toString() {
        return name;
    }
}
