package scanline.engine.tensor;

import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Window;

/** Pooling: a window moves over the images, and each position produces one value per channel. */
public final class Pooling {
    private Pooling() {}

    /**
     * Computes the maximum in the window. Among equal values the first, row by row, receives the gradient, as in
     * PyTorch.
     *
     * @param x
     *            [B, H, W, C]
     * @param size
     *            height and width of the window in pixels
     * @param stride
     *            pixels from one position of the window to the next
     * @return [B, H', W', C], where {@code H' = (H - size) / stride + 1}, rounded down
     */
    public static Tensor max(Tensor x, int size, int stride) {
        Window window = Images.window(x, size, size, stride, 0);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(new Op.MaxPool(window), Images.places(window, window.channels()), x);
        Buffer from = tape.scratch(y.shape().elements());
        tape.backend().maxPool(y.value(), from, x.value(), window);
        tape.record(y, () -> tape.backend().maxPoolGradient(x.gradient(), y.gradient(), from, window));
        return y;
    }

    /** Computes the mean in the window; sizes are as for {@link #max}. */
    public static Tensor average(Tensor x, int size, int stride) {
        Window window = Images.window(x, size, size, stride, 0);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(new Op.AveragePool(window), Images.places(window, window.channels()), x);
        tape.backend().averagePool(y.value(), x.value(), window);
        tape.record(y, () -> tape.backend().averagePoolGradient(x.gradient(), y.gradient(), window));
        return y;
    }
}
