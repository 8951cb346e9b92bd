package scanline.engine.geometry;

import java.util.function.Function;

/** What a layer normalization saves of each row for its gradient: the mean, and {@code 1 / sqrt(variance + epsilon)}. */
public record RowMoments<A>(A mean, A inverse) implements Blocks<A> {
    @Override
    public <B> RowMoments<B> map(Function<A, B> of) {
        return new RowMoments<>(of.apply(mean), of.apply(inverse));
    }
}
