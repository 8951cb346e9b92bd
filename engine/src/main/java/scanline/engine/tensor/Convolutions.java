package scanline.engine.tensor;

import scanline.engine.geometry.Window;

/** Convolutions over images. */
public final class Convolutions {
    private Convolutions() {}

    /**
     * Convolves every image without flipping the kernel (a cross-correlation), as PyTorch's {@code conv2d}.
     *
     * @param x
     *            [B, H, W, Cin]
     * @param w
     *            [Cout, Cin, kh, kw]
     * @param b
     *            [Cout]
     * @param stride
     *            pixels from one position of the kernel to the next
     * @param padding
     *            pixels of zeros around the image
     * @return [B, H', W', Cout], where {@code H' = (H + 2 padding - kh) / stride + 1}, rounded down
     * @throws IllegalArgumentException
     *             if the shapes do not match, or the kernel is larger than the padded image
     */
    public static Tensor conv2d(Tensor x, Tensor w, Tensor b, int stride, int padding) {
        Shape kernel = w.shape().requireAxes("the weight of conv2d", 4);
        int outputs = kernel.size(0);
        Window window = Images.window(x, kernel.size(2), kernel.size(3), stride, padding);
        if (window.channels() != kernel.size(1)) {
            throw new IllegalArgumentException("conv2d cannot take images of shape " + x.shape() + " and a weight of"
                    + " shape " + kernel + ": it needs [B, H, W, channels] and [outputs, channels, height, width]");
        }
        b.shape().require("the bias of conv2d", Shape.of(outputs));
        Tape tape = Tape.of(x);
        Tensor y = tape.result(new Op.Convolution(window), Images.places(window, outputs), x, w, b);
        tape.backend().convolution(y.value(), x.value(), w.value(), b.value(), outputs, window);
        tape.record(y, () -> tape.backend().convolutionGradient(x.gradientOrNull(), w.gradientOrNull(),
                b.gradientOrNull(), y.gradient(), x.value(), w.value(), outputs, window));
        return y;
    }
}
