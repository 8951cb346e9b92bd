/**
 * Export of models to ONNX: any model that is built from the operations of the engine, also one of your own. {@link
 * scanline.engine.onnx.OnnxFile} writes the file. An operation of your own implements {@link
 * scanline.engine.onnx.OnnxNodes}, which adds nodes to an {@link scanline.engine.onnx.OnnxGraph}.
 */
@NullMarked
package scanline.engine.onnx;

import org.jspecify.annotations.NullMarked;
