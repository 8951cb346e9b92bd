package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.AttentionShape;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.HeadsView;
import scanline.engine.geometry.Qkv;

/** An optional fused operation: attention that does not store its scores. Sequences are time-major: [T, B, columns]. */
public interface FusedAttention {
    /** {@code y = softmax(Q K^T / sqrt(d)) V} for every head of every example. */
    void attend(HeadsView<Buffer> y, Qkv<Buffer> x, AttentionShape shape);

    /** Adds to the gradients of queries, keys and values. */
    void attendGradient(Qkv<Buffer> dx, HeadsView<Buffer> dy, Qkv<Buffer> x, AttentionShape shape);

    /** {@code y = [heads] wo^T + bo} with {@code [Q K V] = x wi^T + bi}; x and y are [T, B, features]. */
    void selfAttend(Buffer y, Buffer x, AttentionWeights<Buffer> w, int features, AttentionShape shape);

    /** Adds to the gradients of the weights and of x; one that is null is not computed. */
    void selfAttendGradient(@Nullable Buffer dx, AttentionWeights<Buffer> dw, Buffer dy, Buffer x,
            AttentionWeights<Buffer> w, int features, AttentionShape shape);
}
