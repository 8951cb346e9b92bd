package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The weights of a diagonal linear recurrence, or their gradients, of which any may be null. Letters: N complex states,
 * H features.
 *
 * @param decay
 *            [N], Lambda_re of S5, nu_log of LRU
 * @param frequency
 *            [N], Lambda_im of S5, theta_log of LRU
 * @param scale
 *            [N], log_step of S5, gamma_log of LRU
 * @param bRe
 *            [N, H]
 * @param bIm
 *            [N, H]
 * @param cRe
 *            [H, N]
 * @param cIm
 *            [H, N]
 * @param d
 *            [H]
 */
public record DiagonalWeights<A>(A decay, A frequency, A scale, A bRe, A bIm, A cRe, A cIm, A d) implements Blocks<A> {
    @Override
    public <B> DiagonalWeights<B> map(Function<A, B> of) {
        return new DiagonalWeights<>(Blocks.mapped(decay, of), Blocks.mapped(frequency, of), Blocks.mapped(scale, of),
                Blocks.mapped(bRe, of), Blocks.mapped(bIm, of), Blocks.mapped(cRe, of), Blocks.mapped(cIm, of),
                Blocks.mapped(d, of));
    }
}
