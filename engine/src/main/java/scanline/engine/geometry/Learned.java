package scanline.engine.geometry;

import java.util.List;
import java.util.function.Function;

/**
 * A parameter that an optimizer updates. All blocks have the same length.
 *
 * @param value
 *            its values, w
 * @param gradient
 *            their gradients, dw
 * @param state
 *            the state of the update rule for it, such as its momentum
 */
public record Learned<A>(A value, A gradient, List<A> state) implements Blocks<A> {
    @Override
    public <B> Learned<B> map(Function<A, B> of) {
        return new Learned<>(of.apply(value), of.apply(gradient), state.stream().map(of).toList());
    }
}
