package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.FeedForwardShape;
import scanline.engine.geometry.FeedForwardWeights;

/** The ability to run two linear maps with a non-linear function between them without storing what lies between. */
public interface FusedFeedForward {
    /** {@code y = dropout(f(x w1^T + b1)) w2^T + b2}, x and y being [rows, features]. */
    void feedForward(Buffer y, Buffer x, FeedForwardWeights<Buffer> w, FeedForwardShape shape);

    /** Adds to the gradients of x, unless null, and of the weights. */
    void feedForwardGradient(@Nullable Buffer dx, FeedForwardWeights<Buffer> dw, Buffer dy, Buffer x,
            FeedForwardWeights<Buffer> w, FeedForwardShape shape);
}
