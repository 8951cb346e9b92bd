package scanline.engine.ops;

import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Numbers as PyTorch's expressions have them. */
final class Torch {
    private Torch() {}

    static String tensor(int... numbers) {
        return "torch.tensor(" + IntStream.of(numbers).mapToObj(Integer::toString).collect(list()) + ")";
    }

    /** What the first dropout of a pass multiplies by. */
    static String kept(float rate, int n) {
        boolean[] kept = Trial.kept(rate, n);
        return "(torch.tensor(" + IntStream.range(0, n).mapToObj(i -> kept[i] ? "1." : "0.").collect(list()) + ") / "
                + (1 - rate) + ")";
    }

    static String bool(boolean value) {
        return value ? "True" : "False";
    }

    private static Collector<CharSequence, ?, String> list() {
        return Collectors.joining(", ", "[", "]");
    }
}
