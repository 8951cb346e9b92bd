package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.GateShape;

/** An optional fused operation: a product with the sigmoid of a gate, without storing the sigmoid. */
public interface FusedGate {
    /** {@code y = v sigmoid(w)}, element-wise; y is [rows, n], and v and w lie where the shape says. */
    void gate(Buffer y, Buffer v, Buffer w, GateShape shape);

    /**
     * {@code dv += dy sigmoid(w), dw += dy v sigmoid(w) (1 - sigmoid(w))}, which lie as v and w do and may be one
     * block; a gradient that is null is not computed.
     */
    void gateGradient(@Nullable Buffer dv, @Nullable Buffer dw, Buffer dy, Buffer v, Buffer w, GateShape shape);
}
