/** Exports trained models to other formats: ONNX and safetensors. */
@NullMarked
package scanline.lab.export;

import org.jspecify.annotations.NullMarked;
