package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The layout of attention heads in a block. The heads of a row are adjacent and start at {@code at}; rows are
 * {@code step} apart from one step to the next, and {@code example} apart from one example to the next.
 */
public record HeadsView<A>(A values, int at, int step, int example) implements Blocks<A> {
    /** Returns the position of a head of an example at a step. */
    public int at(AttentionShape shape, int step, int example, int head) {
        return at + step * this.step + example * this.example + head * shape.width();
    }

    @Override
    public <B> HeadsView<B> map(Function<A, B> of) {
        return new HeadsView<>(of.apply(values), at, step, example);
    }
}
