/** Export of models to ONNX: any model that is built from the operations of the engine, also one of your own. */
@NullMarked
package scanline.engine.onnx;

import org.jspecify.annotations.NullMarked;
