/** Tensors, layers and optimizers on the Vector API. It needs nothing but the JDK. */
// "module": javac cannot see scanline.lab and scanline.bench, which come after this module.
@SuppressWarnings("module") module scanline.engine {
    requires jdk.incubator.vector;
    requires static transitive org.jspecify;

    exports scanline.engine.tensor;
    exports scanline.engine.geometry;
    exports scanline.engine.nn;
    exports scanline.engine.optim;
    exports scanline.engine.io;
    exports scanline.engine.random;
    exports scanline.engine.kernel to scanline.lab, scanline.bench;
    exports scanline.engine.cpu;

    uses scanline.engine.tensor.Backend.Provider;

    provides scanline.engine.tensor.Backend.Provider with scanline.engine.cpu.CpuBackend;
}
