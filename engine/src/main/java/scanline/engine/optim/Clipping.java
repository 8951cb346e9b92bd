package scanline.engine.optim;

import java.util.List;

import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Weights;

/** A rule that limits the size of gradients. Any record may implement it. */
public interface Clipping {
    /** Clips the gradients of all these weights that are not frozen. */
    default void clip(Weights weights) {
        clip(weights.backend(), weights.learned());
    }

    /**
     * Clips the gradients of some parameters, such as those that an optimizer updates.
     *
     * @param backend
     *            the backend that holds them
     */
    void clip(Backend backend, List<Parameter> parameters);

    private static List<Buffer> gradients(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::gradient).toList();
    }

    /** No clipping. */
    record None() implements Clipping {
        /** The only instance. */
        public static final None DEFAULT = new None();

        @Override
        public void clip(Backend backend, List<Parameter> parameters) {
            // The gradients stay as they are.
        }
    }

    /** Clipping of every element to [-bound, bound]; PyTorch's {@code clip_grad_value_}. */
    record Value(double bound) implements Clipping {
        /** A bound of 1. */
        public static final Value DEFAULT = new Value(1);

        /**
         * Checks the bound.
         *
         * @throws IllegalArgumentException
         *             if it is not positive
         */
        public Value {
            Hyperparameter.require(bound > 0, "bound", "positive", bound);
        }

        @Override
        public void clip(Backend backend, List<Parameter> parameters) {
            backend.clamp(gradients(parameters), (float) bound);
        }
    }

    /**
     * Clipping by the norm: all gradients are scaled by one factor if their common Euclidean norm exceeds the bound
     * (Pascanu et al. 2013); PyTorch's {@code clip_grad_norm_}.
     */
    record Norm(double bound) implements Clipping {
        /** A bound of 1. */
        public static final Norm DEFAULT = new Norm(1);

        /**
         * Checks the bound.
         *
         * @throws IllegalArgumentException
         *             if it is not positive
         */
        public Norm {
            Hyperparameter.require(bound > 0, "bound", "positive", bound);
        }

        @Override
        public void clip(Backend backend, List<Parameter> parameters) {
            backend.clipNorm(gradients(parameters), bound);
        }
    }
}
