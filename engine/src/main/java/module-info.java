/**
 * Tensors, layers and optimizers on the Vector API. It needs nothing but the JDK. Read the packages in this order:
 * {@link scanline.engine.tensor}, {@link scanline.engine.nn}, {@link scanline.engine.optim}, {@link
 * scanline.engine.io} and {@link scanline.engine.onnx}.
 */
// "module": javac cannot see scanline.data, scanline.lab and scanline.bench, which come after this module.
@SuppressWarnings("module") module scanline.engine {
    requires jdk.incubator.vector;
    requires static org.jspecify;

    exports scanline.engine.tensor;
    exports scanline.engine.nn;
    exports scanline.engine.optim;
    exports scanline.engine.io;
    exports scanline.engine.onnx;
    exports scanline.engine.geometry;
    exports scanline.engine.random;

    exports scanline.engine.backend; // to implement a backend or an update rule

    exports scanline.engine.cpu to scanline.lab, scanline.bench;
    exports scanline.engine.file to scanline.data, scanline.lab, scanline.bench;
    exports scanline.engine.kernel to scanline.lab, scanline.bench;

    uses scanline.engine.backend.Backend.Provider;

    provides scanline.engine.backend.Backend.Provider with scanline.engine.cpu.CpuProvider,
            scanline.engine.cpu.ReferenceProvider;
}
