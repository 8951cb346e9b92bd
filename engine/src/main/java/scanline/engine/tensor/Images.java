package scanline.engine.tensor;

/** Between sequences, images and vectors. Images are channels-last, [B, H, W, C]. */
public final class Images {
    private Images() {}

    /** Sequences of rows, [H, B, W], as images of one channel, [B, H, W, 1]. */
    public static Tensor ofRows(Tensor x) {
        Shape shape = x.shape().requireAxes("a sequence of rows", 3);
        return Shaping.swap(x, Shape.of(shape.size(1), shape.size(0), shape.size(2), 1));
    }

    /** Images [B, H, W, C] as vectors [B, C H W], a channel after the other, as PyTorch flattens its own [B, C, H, W]. */
    public static Tensor flatten(Tensor x) {
        Shape shape = x.shape().requireAxes("a batch of images", 4);
        int batch = shape.size(0);
        int pixels = shape.size(1) * shape.size(2);
        int channels = shape.size(3);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Shape.of(batch, channels * pixels), x);
        tape.backend().transpose(y.value(), x.value(), batch, pixels, channels);
        tape.undo(y, () -> tape.backend().transposeGradient(x.gradient(), y.gradient(), batch, pixels, channels));
        return y;
    }
}
