package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The normalization of each channel, {@code gamma (x - mean) / sqrt(variance + epsilon) + beta}.
 *
 * @param mean
 *            [channels], as {@code variance}
 * @param affine
 *            gamma and beta
 * @param ofBatch
 *            whether mean and variance are those of the block that is normalized, so that its gradient also flows
 *            through them; otherwise they are constants
 */
public record ChannelNorm<A>(A mean, A variance, Affine<A> affine, float epsilon,
        boolean ofBatch) implements Blocks<A> {
    @Override
    public <B> ChannelNorm<B> map(Function<A, B> of) {
        return new ChannelNorm<>(of.apply(mean), of.apply(variance), affine.map(of), epsilon, ofBatch);
    }
}
