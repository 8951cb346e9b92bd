package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The mean and {@code 1 / sqrt(variance + epsilon)} of each row, which layer normalization saves for the backward pass.
 */
public record RowMoments<A>(A mean, A inverse) implements Blocks<A> {
    @Override
    public <B> RowMoments<B> map(Function<A, B> of) {
        return new RowMoments<>(of.apply(mean), of.apply(inverse));
    }
}
