package scanline.engine.tensor;

import scanline.engine.geometry.Window;

/** Conversions between sequences, images and vectors. Images are channels-last, [B, H, W, C]. */
public final class Images {
    private Images() {}

    /** Returns a window that moves over images [B, H, W, C]. */
    static Window window(Tensor images, int rows, int columns, int stride, int padding) {
        Shape shape = images.shape().requireAxes("a batch of images", 4);
        return new Window(shape.size(0), shape.size(1), shape.size(2), shape.size(3), rows, columns, stride, padding);
    }

    /** Returns the shape of {@code outputs} values for each position of a window. */
    static Shape places(Window window, int outputs) {
        return Shape.of(window.batch(), window.outHeight(), window.outWidth(), outputs);
    }

    /** Converts sequences of rows, [H, B, W], to images with one channel, [B, H, W, 1]. */
    public static Tensor ofRows(Tensor x) {
        Shape shape = x.shape().requireAxes("a sequence of rows", 3);
        return Shaping.swap(x, Shape.of(shape.size(1), shape.size(0), shape.size(2), 1));
    }

    /**
     * Flattens images [B, H, W, C] to vectors [B, C H W], one channel after another, as PyTorch flattens its images
     * [B, C, H, W].
     */
    public static Tensor flatten(Tensor x) {
        Shape shape = x.shape().requireAxes("a batch of images", 4);
        int batch = shape.size(0);
        int pixels = shape.size(1) * shape.size(2);
        int channels = shape.size(3);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.FLATTEN, Shape.of(batch, channels * pixels), x);
        tape.backend().transpose(y.value(), x.value(), batch, pixels, channels);
        tape.record(y, () -> tape.backend().transposeGradient(x.gradient(), y.gradient(), batch, pixels, channels));
        return y;
    }
}
