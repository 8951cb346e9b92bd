package scanline.engine.nn;

import scanline.engine.tensor.Convolutions;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** A convolution with a square kernel and a bias, named and shaped as PyTorch's {@code nn.Conv2d}. */
public final class Conv2d implements Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final int stride;
    private final int padding;

    /**
     * Creates a convolution from {@code inputs} to {@code outputs} channels.
     *
     * @param kernel
     *            height and width of the kernel in pixels
     * @param stride
     *            pixels from one position of the kernel to the next
     * @param padding
     *            pixels of zeros around the image
     * @throws IllegalArgumentException
     *             if a size is less than 1, or the padding is negative
     */
    public Conv2d(Weights weights, int inputs, int outputs, int kernel, int stride, int padding,
            Initializer initializer) {
        if (Math.min(Math.min(inputs, outputs), Math.min(kernel, stride)) < 1 || padding < 0) {
            throw new IllegalArgumentException(
                    "a convolution needs channels, a kernel and a stride of at least 1 and no"
                            + " negative padding, not " + inputs + " to " + outputs + " channels, kernel " + kernel
                            + ", stride " + stride + ", padding " + padding);
        }
        Weights own = weights.layer("", "Conv2d",
                "Conv " + kernel + "x" + kernel + " " + inputs + " to " + outputs,
                "y(i, j) = b + sum over di, dj of W(di, dj) x(i + di, j + dj)");
        weight = initializer.weight(own, "weight", Shape.of(outputs, inputs, kernel, kernel));
        bias = initializer.bias(own, "bias", outputs, inputs * kernel * kernel);
        this.stride = stride;
        this.padding = padding;
    }

    /**
     * Convolves every image.
     *
     * @param x
     *            [B, H, W, inputs]
     * @return [B, H', W', outputs], where {@code H' = (H + 2 padding - kernel) / stride + 1}, rounded down
     */
    @Override
    public Tensor forward(Tensor x) {
        return Convolutions.conv2d(x, weight, bias, stride, padding);
    }
}
