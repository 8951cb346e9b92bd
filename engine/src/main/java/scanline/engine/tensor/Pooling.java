package scanline.engine.tensor;

import scanline.engine.geometry.Window;

/** Images made smaller: a window goes over them and leaves one number a channel. */
public final class Pooling {
    private Pooling() {}

    /**
     * The largest number under the window; of equal ones the first, row by row, gets the gradient, as in PyTorch.
     *
     * @param x
     *            [B, H, W, C]
     * @param size
     *            height and width of the window in pixels
     * @param stride
     *            pixels from one place of the window to the next
     * @return [B, H', W', C], where {@code H' = (H - size) / stride + 1}, rounded down
     */
    public static Tensor max(Tensor x, int size, int stride) {
        Window window = Images.window(x, size, size, stride, 0);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Images.places(window, window.channels()), x);
        Buffer from = tape.scratch(y.shape().elements());
        tape.backend().maxPool(y.value(), from, x.value(), window);
        tape.record(y, () -> tape.backend().maxPoolGradient(x.gradient(), y.gradient(), from, window));
        return y;
    }

    /** The mean of the numbers under the window; sizes as for {@link #max}. */
    public static Tensor average(Tensor x, int size, int stride) {
        Window window = Images.window(x, size, size, stride, 0);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Images.places(window, window.channels()), x);
        tape.backend().averagePool(y.value(), x.value(), window);
        tape.record(y, () -> tape.backend().averagePoolGradient(x.gradient(), y.gradient(), window));
        return y;
    }
}
