package scanline.engine.geometry;

import java.util.function.Function;

/**
 * Where the heads of a block lie: neighbors in a row, from {@code at} on, whose rows are {@code step} apart from one step to
 * the next and {@code example} from one example to the next.
 */
public record HeadsView<A>(A values, int at, int step, int example) implements Blocks<A> {
    /** Where a head of an example begins at a step. */
    public int at(AttentionShape shape, int step, int example, int head) {
        return at + step * this.step + example * this.example + head * shape.width();
    }

    @Override
    public <B> HeadsView<B> map(Function<A, B> of) {
        return new HeadsView<>(of.apply(values), at, step, example);
    }
}
