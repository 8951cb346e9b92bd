package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.FeedForwardShape;
import scanline.engine.geometry.FeedForwardWeights;

/** An optional fused operation: two linear maps with a nonlinearity between them, without storing the hidden layer. */
public interface FusedFeedForward {
    /** {@code y = dropout(f(x w1^T + b1)) w2^T + b2}; x and y are [rows, features]. */
    void feedForward(Buffer y, Buffer x, FeedForwardWeights<Buffer> w, FeedForwardShape shape);

    /** Adds to the gradients of the weights and of x; one that is null is not computed. */
    void feedForwardGradient(@Nullable Buffer dx, FeedForwardWeights<Buffer> dw, Buffer dy, Buffer x,
            FeedForwardWeights<Buffer> w, FeedForwardShape shape);
}
