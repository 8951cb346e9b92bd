package scanline.examples;

import module scanline.engine;

/** Two losses made of basic operations: of a regression, and the triplet loss of FaceNet (Schroff et al. 2015). */
public final class OwnLosses {
    private OwnLosses() {}

    /** The mean of {@code |y - t|^1.5}, between absolute and squared errors; y and t have the same shape. */
    static Tensor regression(Tensor y, Tensor t) {
        return y.subtract(t).abs().power(1.5f).mean();
    }

    /**
     * The mean of {@code max(0, |a - p|^2 - |a - n|^2 + margin)} over anchors a, positives p and negatives n, [B, F]
     * each, with a margin [1].
     */
    static Tensor triplet(Tensor a, Tensor p, Tensor n, Tensor margin) {
        Tensor near = a.subtract(p).power(2).sum(1);
        Tensor far = a.subtract(n).power(2).sum(1);
        return near.subtract(far).add(margin).relu().mean();
    }

    /** Checks the gradients of both losses with finite differences. */
    public static void main(String[] arguments) {
        try (Engine engine = Engine.open(1)) {
            Shape shape = Shape.of(5, 4);
            System.out.printf("errors of the gradients: %.0e and %.0e%n",
                    GradientCheck.error(engine, x -> regression(x.get(0), x.get(1)), shape, shape),
                    GradientCheck.error(engine, x -> triplet(x.get(0), x.get(1), x.get(2), x.get(3)), shape, shape,
                            shape, Shape.of(1)));
        }
    }
}
