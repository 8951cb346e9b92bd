/** Exports trained models to other formats, ONNX and safetensors: {@link scanline.lab.export.ExportFormat}. */
@NullMarked
package scanline.lab.export;

import org.jspecify.annotations.NullMarked;
