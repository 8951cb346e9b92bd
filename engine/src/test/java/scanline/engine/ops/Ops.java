package scanline.engine.ops;

import java.util.List;
import java.util.stream.Stream;

/** Every differentiable op: its tests are made from its entry here, and one without an entry fails the build. */
final class Ops {
    private Ops() {}

    static List<Op> all() {
        return Stream.of(ElementOps.all(), ReductionOps.all(), LossOps.all(), ShapingOps.all(), ImageOps.all(),
                ProductOps.all(),
                AttentionOps.all(), SequenceOps.all(), DiagonalOps.all(), StateSpaceOps.all()).flatMap(List::stream)
                .toList();
    }
}
