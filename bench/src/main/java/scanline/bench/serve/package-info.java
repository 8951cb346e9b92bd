/** The server of models under load, beside ONNX Runtime behind the same server. */
@NullMarked
package scanline.bench.serve;

import org.jspecify.annotations.NullMarked;
