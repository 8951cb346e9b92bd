/** JMH benchmarks, the comparisons with PyTorch and ONNX Runtime, and the reproducibility matrix. */
@SuppressWarnings("requires-automatic") module scanline.bench {
    requires scanline.lab;
    requires com.microsoft.onnxruntime;
    requires info.picocli;
    requires java.desktop;
    requires java.net.http;
    requires jdk.management;
    requires jmh.core;
    requires static org.jspecify;

    opens scanline.bench to info.picocli;
    opens scanline.bench.check to info.picocli;
    opens scanline.bench.peer to info.picocli;
    opens scanline.bench.serve to info.picocli;
}
